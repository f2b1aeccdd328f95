import io
import struct
import threading
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image, ImageCms

from melanoma.config.ingest import IngestConfig
from melanoma.data.decode import decode_image
from melanoma.errors import ImageUnreadable

pytestmark = pytest.mark.filterwarnings("ignore:::PIL")  # what Pillow says of broken files is not for the user
SIDE = 32
Y, X = np.mgrid[:48, :64]
PICTURE = np.stack([X * 4 - X // 63, Y * 5, (X + Y) * 2], axis=2).astype(np.uint8)  # smooth, no symmetry
GREY = (X * 3).astype(np.uint8)
TRANSPOSE_TO_STORE = {  # what a camera does to the upright picture, so that a viewer has to undo it (EXIF 2.3, 0x0112)
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
    8: lambda a: np.rot90(a, -1),
}


def stored(image, form="PNG", **options):
    stream = io.BytesIO()
    (Image.fromarray(np.ascontiguousarray(image)) if isinstance(image, np.ndarray) else image).save(
        stream, form, **options
    )
    return stream.getvalue()


def pixels(content, size=SIDE):
    return decode_image(content, size, 50).pixels.astype(int)


def refusal(content, limit=50.0):
    with pytest.raises(ImageUnreadable) as refused:
        decode_image(content, SIDE, limit)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def png_header(width, height):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")


def cropped(content, size=SIDE):
    return decode_image(content, size, 50, "crop").pixels.astype(int)


def chunks_of(content):
    """Return kind, first byte and end of each chunk of a PNG."""
    start, found = 8, []
    while start < len(content):
        end = start + 12 + int.from_bytes(content[start : start + 4], "big")
        found.append((content[start + 4 : start + 8], start, end))
        start = end
    return found


UPRIGHT = pixels(stored(PICTURE))


def test_the_result_is_one_square_of_bytes_and_what_the_file_is():
    decoded = decode_image(stored(PICTURE, "JPEG"), SIDE, 50)
    assert (decoded.pixels.shape, decoded.pixels.dtype) == ((SIDE, SIDE, 3), np.uint8)
    assert (decoded.width, decoded.height, decoded.format) == (64, 48, "JPEG")


def test_a_picture_of_the_right_size_comes_out_as_it_is():
    assert np.array_equal(pixels(stored(PICTURE[:, :48]), 48), PICTURE[:, :48])


@pytest.mark.parametrize("turn", [False, True])
def test_a_crop_is_the_middle_of_the_picture(turn):
    wide = PICTURE.transpose(1, 0, 2) if turn else PICTURE  # 64 x 48: 8 pixels go on either side
    middle = wide[8:56] if turn else wide[:, 8:56]
    assert np.array_equal(cropped(stored(wide), 48), middle)


def test_a_crop_is_taken_from_the_original_and_the_file_is_described_as_it_is():
    decoded = decode_image(stored(PICTURE, "JPEG"), SIDE, 50, "crop")
    assert (decoded.pixels.shape, decoded.width, decoded.height) == ((SIDE, SIDE, 3), 64, 48)
    assert decoded.thumbnail.shape == (64, 64, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_picture_is_cropped_once_it_is_upright(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    uneven = PICTURE[:, :63]  # 63 - 48 is odd: cut before it is turned, another column would go
    turned = TRANSPOSE_TO_STORE[orientation](uneven)
    assert np.array_equal(cropped(stored(turned, exif=exif)), cropped(stored(uneven)))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_mode_is_cropped_as_it_is_squashed(mode):
    picture = (
        Image.fromarray(GREY.astype(np.uint16) * 257) if mode == "I;16" else Image.fromarray(PICTURE).convert(mode)
    )
    form = "TIFF" if mode == "CMYK" else "PNG"
    assert np.array_equal(cropped(stored(picture, form)), pixels(stored(picture.crop((8, 0, 56, 48)), form)))


def test_shrinking_averages_and_does_not_pick():
    checkers = np.repeat(((X + Y) % 2 * 255)[:, :48, None], 3, axis=2).astype(np.uint8)
    shrunk = pixels(stored(checkers), 12)[2:-2, 2:-2]
    assert np.abs(shrunk - 127.5).max() < 10


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_comes_out_upright(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned = TRANSPOSE_TO_STORE[orientation](PICTURE)
    assert np.array_equal(pixels(stored(turned, exif=exif)), UPRIGHT)
    assert np.abs(pixels(stored(turned, "JPEG", exif=exif, quality=100, subsampling=0)) - UPRIGHT).max() < 12


@pytest.mark.parametrize("orientation", [0, 9, 255])
def test_an_orientation_that_does_not_exist_turns_nothing(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert np.array_equal(pixels(stored(PICTURE, exif=exif)), UPRIGHT)


def test_a_damaged_exif_block_does_not_cost_the_picture():
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x0132] = "2020"
    content = stored(np.rot90(PICTURE), "JPEG", exif=exif, quality=100, subsampling=0)
    date, width = struct.pack(">H", 0x0132), struct.pack(">H", 0x0100)  # a text under the tag of the picture's width
    place = content.index(b"Exif")
    if content[place + 6 : place + 8] == b"II":
        date, width = date[::-1], width[::-1]
    damaged = content[:place] + content[place:].replace(date, width, 1)
    assert damaged != content
    assert np.abs(pixels(damaged) - UPRIGHT).max() < 12


@pytest.mark.parametrize("form", ["PNG", "TIFF", "BMP", "WEBP"])
def test_every_lossless_format_gives_the_same_pixels(form):
    options = {"lossless": True} if form == "WEBP" else {}
    decoded = decode_image(stored(PICTURE, form, **options), SIDE, 50)
    assert np.array_equal(decoded.pixels, UPRIGHT)
    assert decoded.format == form


def test_a_format_is_what_the_bytes_say():
    assert decode_image(stored(PICTURE, "PNG"), SIDE, 50).format == "PNG"


def test_grey_has_three_equal_channels():
    decoded = pixels(stored(GREY))
    assert np.array_equal(decoded, pixels(stored(np.repeat(GREY[..., None], 3, axis=2))))


def test_16_bit_grey_is_scaled_and_not_clipped():
    deep = pixels(stored(GREY.astype(np.uint16) * 257))
    assert np.array_equal(deep, pixels(stored(GREY)))


def test_16_bit_tiff_is_scaled_and_not_clipped():
    deep = pixels(stored(GREY.astype(np.uint16) * 257, "TIFF"))
    assert np.array_equal(deep, pixels(stored(GREY)))


def test_cmyk_is_converted():
    cmyk = pixels(stored(Image.fromarray(PICTURE).convert("CMYK"), "JPEG", quality=100, subsampling=0))
    assert np.abs(cmyk - UPRIGHT).max() < 16


def test_what_is_transparent_is_white():
    alpha = np.full(PICTURE.shape[:2], 255, np.uint8)
    alpha[:, 32:] = 0
    decoded = pixels(stored(np.dstack([PICTURE, alpha])))
    assert (decoded[:, 18:] == 255).all()
    assert np.abs(decoded[:, :14] - UPRIGHT[:, :14]).max() <= 1


def test_grey_with_alpha_is_laid_on_white():
    alpha = np.zeros(GREY.shape, np.uint8)
    assert (pixels(stored(Image.merge("LA", [Image.fromarray(GREY), Image.fromarray(alpha)]))) == 255).all()


def test_a_palette_is_looked_up():
    few = (PICTURE // 64 * 64).astype(np.uint8)
    palette = Image.fromarray(few).convert("P", palette=Image.Palette.ADAPTIVE, colors=256)
    assert np.array_equal(pixels(stored(palette)), pixels(stored(palette.convert("RGB"))))


def test_a_palette_with_a_transparent_colour_is_laid_on_white():
    palette = Image.new("P", (8, 8), 1)
    palette.putpalette([0, 0, 0, 200, 0, 0])
    assert (pixels(stored(palette, transparency=1)) == 255).all()
    assert (pixels(stored(palette)) == (200, 0, 0)).all()


def swapped_profile():
    """An RGB profile that calls its red channel green and its green channel red."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    tags = profile.find(b"rXYZ"), profile.find(b"gXYZ")
    for place, name in zip(tags, (b"gXYZ", b"rXYZ"), strict=True):
        profile[place : place + 4] = name
    return bytes(profile)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_an_embedded_profile_is_applied_in_every_mode(mode):
    red = Image.new("RGB", (8, 8), (200, 10, 10)).convert(mode)
    decoded = pixels(stored(red, icc_profile=swapped_profile()))
    assert decoded[..., 1].min() > decoded[..., 0].max()


# The profile has the time in it: as a name of a test it would be another one in each of several processes.
@pytest.mark.parametrize(
    "profile", [b"nonsense", bytes(200), swapped_profile()[:300]], ids=["nonsense", "empty", "cut off"]
)
def test_a_broken_profile_is_passed_over(profile):
    assert np.array_equal(pixels(stored(PICTURE, icc_profile=profile)), UPRIGHT)


def test_a_profile_of_another_colour_space_is_passed_over():
    assert np.array_equal(pixels(stored(GREY, icc_profile=swapped_profile())), pixels(stored(GREY)))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "BMP"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_file_is_unreadable_with_a_reason(form, share):
    random = np.random.default_rng(0).integers(0, 256, (60, 60, 3), dtype=np.uint8)
    content = stored(random, form)
    reason = refusal(content[: int(share * len(content))])
    assert reason.startswith(("cannot be decoded: ", "not an image"))
    assert len(reason) > len("cannot be decoded: ")


def test_a_png_whose_second_half_is_zeros_is_refused_though_its_pixels_can_be_decoded():
    content = stored(np.repeat(np.repeat(PICTURE, 8, axis=0), 8, axis=1))
    half = len(content) // 2
    zeroed = content[:half] + bytes(len(content) - half)
    assert np.asarray(Image.open(io.BytesIO(zeroed))).shape == (384, 512, 3)  # Pillow alone does not notice
    assert refusal(zeroed) == "cannot be decoded: the PNG's chunk 'IDAT' does not match its checksum"


def test_a_changed_byte_in_any_chunk_of_a_png_is_noticed():
    content = stored(PICTURE, dpi=(72, 72))
    assert [kind for kind, *_ in chunks_of(content)] == [b"IHDR", b"pHYs", b"IDAT", b"IEND"]
    for _, _, end in chunks_of(content):
        damaged = content[: end - 1] + bytes([content[end - 1] ^ 1]) + content[end:]
        assert refusal(damaged).startswith(("cannot be decoded: ", "not an image"))  # the latter without a header


def test_a_png_without_its_last_chunk_is_cut_off():
    content = stored(PICTURE)
    assert refusal(content[:-12]) == "cannot be decoded: the PNG is cut off"
    assert refusal(content[:-1]) == "cannot be decoded: the PNG is cut off"


def test_what_follows_the_last_chunk_of_a_png_does_not_count():
    assert np.array_equal(pixels(stored(PICTURE) + b"a viewer's own"), UPRIGHT)


@pytest.mark.parametrize("content", [b"<!DOCTYPE html><html>404</html>", b"", b"\x00" * 100, b"%PDF-1.4"])
def test_what_is_no_image_is_called_so(content):
    assert refusal(content) == "not an image, whatever its name says"


def test_a_bomb_is_refused_before_it_is_decoded():
    assert refusal(png_header(10_000, 6_000)) == "10000 x 6000 pixels, more than ingest.max_megapixels=50 allows"
    decode_image(stored(PICTURE), SIDE, 64 * 48 / 1e6)


@pytest.mark.parametrize("side", [15_000, 20_000, 60_000])
def test_a_bomb_of_any_size_is_refused_with_the_key_that_allows_it(side):
    assert "more than ingest.max_megapixels=50 allows" in refusal(png_header(side, side))


def test_the_configured_limit_is_the_one_that_holds():
    limit = IngestConfig().max_megapixels
    side = int((0.99 * limit * 1e6) ** 0.5)
    assert "exceeds limit" not in refusal(png_header(side, side), limit)  # cut off, but not too large


def test_decoding_in_threads_leaves_the_warning_filters_as_they_were(monkeypatch):
    """Filters belong to the process: who sets and resets them in two threads at once may reset what the other set."""
    first_is_in, second_is_in, first_is_out = (threading.Event() for _ in range(3))
    content, open_image = stored(PICTURE), Image.open

    def open_in_turn(stream):
        is_first = not first_is_in.is_set()
        first_is_in.set()
        if is_first:
            assert second_is_in.wait(10)
        else:
            second_is_in.set()
            assert first_is_out.wait(10)
        return open_image(stream)

    monkeypatch.setattr("PIL.Image.open", open_in_turn)
    before = list(warnings.filters)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(decode_image, content, SIDE, 50)
        assert first_is_in.wait(10)
        second = pool.submit(decode_image, content, SIDE, 50)
        first.result()
        first_is_out.set()
        second.result()
    assert list(warnings.filters) == before
