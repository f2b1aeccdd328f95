"""Whatever a file holds, it is a picture or it is quarantined: no file ends a run. A crop is a squash of the middle."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from melanoma.data.decode import decode_image
from melanoma.errors import ImageUnreadable

pytestmark = pytest.mark.filterwarnings("ignore:::PIL")  # what Pillow says of broken files is not for the user
QUICK = settings(max_examples=150, deadline=None)
PICTURE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (24, 40, 3), dtype=np.uint8))


def stored(form):
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Camera"
    exif[0x011A] = 72.0
    exif[0x0132] = "2020:01:01 00:00:00"
    stream = io.BytesIO()
    PICTURE.save(stream, form, exif=exif)
    return stream.getvalue()


FILES = {form: stored(form) for form in ("JPEG", "PNG", "WEBP")}


def is_picture_or_refused(content):
    """Decode, or say why not in one line; any other error would end a run."""
    try:
        decoded = decode_image(content, 32, 1)
    except ImageUnreadable as refused:
        return "\n" not in str(refused)
    return (decoded.pixels.shape, decoded.pixels.dtype) == ((32, 32, 3), np.uint8)


@QUICK
@given(st.sampled_from(sorted(FILES)), st.data())
def test_a_file_with_some_changed_bytes_is_a_picture_or_refused(form, data):
    content = bytearray(FILES[form])
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert is_picture_or_refused(bytes(content))


@settings(max_examples=600, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 150), st.sampled_from([0, 1, 2, 3, 5, 7, 12, 255])), min_size=1, max_size=2))
def test_a_photo_with_a_damaged_exif_block_is_a_picture_or_refused(changes):
    content = bytearray(FILES["JPEG"])
    start = content.index(b"Exif") + 6
    for place, byte in changes:
        content[start + place] = byte
    assert is_picture_or_refused(bytes(content))


@QUICK
@given(st.binary(max_size=200))
def test_bytes_are_a_picture_or_refused(content):
    assert is_picture_or_refused(content)


@QUICK
@given(st.sampled_from(sorted(FILES)), st.data())
def test_a_file_that_is_cut_is_never_a_crash(form, data):
    assert is_picture_or_refused(FILES[form][: data.draw(st.integers(0, len(FILES[form]) - 1))])


LENGTHS = st.integers(1, 90)
SIDES = st.integers(32, 48)


def encoded(picture, form, **options):
    stream = io.BytesIO()
    picture.save(stream, form, **options)
    return stream.getvalue()


def middle_of(picture):
    """Cut the largest square out of the middle; of an odd remainder the larger half goes at the right or bottom."""
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    return picture.crop((left, top, left + side, top + side))


@QUICK
@given(LENGTHS, SIDES, st.sampled_from(["PNG", "JPEG"]), st.integers(0, 9))
def test_a_square_picture_is_the_same_cropped_or_squashed(side, size, form, seed):
    picture = Image.fromarray(np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8))
    content = encoded(picture, form)
    squashed, cropped = (decode_image(content, size, 1, fit) for fit in ("squash", "crop"))
    assert squashed.pixels.tobytes() == cropped.pixels.tobytes()


@QUICK
@given(LENGTHS, LENGTHS, SIDES, st.integers(0, 9))
def test_a_crop_is_the_squash_of_the_middle(width, height, size, seed):
    picture = Image.fromarray(np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8))
    whole, middle = encoded(picture, "PNG"), encoded(middle_of(picture), "PNG")
    assert np.array_equal(decode_image(whole, size, 1, "crop").pixels, decode_image(middle, size, 1).pixels)


@settings(max_examples=40, deadline=None)
@given(st.integers(32, 900), st.integers(32, 900), SIDES)
def test_a_crop_of_what_a_jpeg_scales_down_is_the_middle_to_within_less_than_a_pixel(width, height, size):
    """The grey rises evenly from left to right, so that it tells the place; two encodings differ by a few levels."""
    slope = 255 / width
    ramp = np.repeat(np.repeat((slope * np.arange(width))[None, :, None], height, axis=0), 3, axis=2)
    picture = Image.fromarray(ramp.astype(np.uint8))
    options = {"quality": 100, "subsampling": 0}
    whole, middle = encoded(picture, "JPEG", **options), encoded(middle_of(picture), "JPEG", **options)
    cropped, squashed = decode_image(whole, size, 1, "crop").pixels, decode_image(middle, size, 1).pixels
    per_pixel = slope * min(width, height) / size  # grey levels from one pixel of the result to the next
    assert np.abs(cropped.astype(int) - squashed).max() <= per_pixel + 3
