"""A corpus of hostile files goes through ingest and validate: each is read right or named, and nothing else happens."""

import io
import struct
import zipfile
import zlib

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from melanoma.config.pipeline import PipelineConfig
from melanoma.data.sources import list_sources
from melanoma.stages.table import INGEST, VALIDATE

SIDE = 96
RED, BLUE = (180, 60, 50), (60, 60, 190)
LONG = "x" * 300
RTL = "\u202eamonalem \u05e9\u05d5\u05de\u05d4"


def halves():
    """Draw a picture that is red on top and blue below, so that its way up can be told."""
    picture = np.full((SIDE, SIDE, 3), RED, np.uint8)
    picture[SIDE // 2 :] = BLUE
    return Image.fromarray(picture)


def encoded(image, kind, **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def upright(orientation):
    """Encode the picture as a camera stores it that was held in one of the eight ways, and says so."""
    undo = {2: [Image.Transpose.FLIP_LEFT_RIGHT], 3: [Image.Transpose.ROTATE_180], 4: [Image.Transpose.FLIP_TOP_BOTTOM]}
    undo |= {5: [Image.Transpose.TRANSPOSE], 6: [Image.Transpose.ROTATE_90], 7: [Image.Transpose.TRANSVERSE]}
    undo |= {1: [], 8: [Image.Transpose.ROTATE_270]}
    image, exif = halves(), Image.Exif()
    for turn in undo[orientation]:
        image = image.transpose(turn)
    exif[0x0112] = orientation
    return encoded(image, "JPEG", quality=95, exif=exif)


def bomb(side):
    """Return a PNG of some hundred bytes that claims side x side pixels."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def good_files():
    picture = halves()
    alpha = picture.convert("RGBA")
    alpha.putalpha(255)
    frames = [picture, picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM)]
    grey = Image.fromarray(np.full((SIDE, SIDE), 40_000, np.uint16))
    return {
        "png named jpg.jpg": encoded(picture, "PNG"),
        "cmyk.jpg": encoded(picture.convert("CMYK"), "JPEG", quality=95),
        "palette with alpha.png": encoded(alpha.quantize(8), "PNG", transparency=7),
        "animated.gif": encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]),
        "sixteen bit.png": encoded(grey, "PNG"),
        "upper case.JPEG": encoded(picture, "JPEG"),
        **{f"orientation {n}.jpg": upright(n) for n in range(1, 9)},
    }


def bad_files():
    whole = encoded(halves(), "JPEG", quality=95)
    return {
        "truncated.jpg": (whole[: len(whole) // 2], "cannot be decoded: "),
        "no bytes.jpg": (b"", "not an image, whatever its name says"),
        "page.jpg": (b"<html><body>404</body></html>", "not an image, whatever its name says"),
        "bomb.png": (bomb(20_000), "more than ingest.max_megapixels="),
        "larger bomb.png": (bomb(60_000), "more than ingest.max_megapixels="),
    }


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "set"
    for place, files in {"CON": good_files(), RTL: {k: v for k, (v, _) in bad_files().items()}}.items():
        (root / place).mkdir(parents=True)
        for name, content in files.items():
            (root / place / name).write_bytes(content)
    return root


@pytest.fixture
def ingest(workshop):
    def run(root, **sections):
        workshop.config = PipelineConfig.model_validate({"ingest": {"size_px": 48}, **sections})
        made = workshop.make(INGEST, material=list_sources([root]))
        return made, pd.read_parquet(made.path("manifest.parquet")), pd.read_csv(made.path("quarantine.csv"))

    return run


def everything_below(folder):
    return {path: path.lstat().st_mtime_ns for path in folder.rglob("*")}


def test_every_file_of_the_corpus_is_read_or_named_with_its_reason(folder, ingest):
    _, manifest, quarantine = ingest(folder)
    assert sorted(manifest["image_id"]) == sorted(f"CON/{name}" for name in good_files())
    reasons = dict(zip(quarantine["image_id"], quarantine["reason"], strict=True))
    assert sorted(reasons) == sorted(f"{RTL}/{name}" for name in bad_files())
    for name, (_, reason) in bad_files().items():
        assert reason in reasons[f"{RTL}/{name}"]


def test_what_is_read_is_upright_and_in_its_colours(folder, ingest, workshop):
    from melanoma.stages.pixels import open_originals

    made, manifest, _ = ingest(folder)
    coloured = manifest[manifest["image_id"] != "CON/sixteen bit.png"]
    examples = open_originals(made, coloured)
    for name, pixels in zip(examples.rows["image_id"], examples.images(np.arange(len(coloured))), strict=True):
        assert np.abs(pixels[6].mean(axis=0) - RED).max() < 25, name
        assert np.abs(pixels[-6].mean(axis=0) - BLUE).max() < 25, name
    grey = open_originals(made, manifest[manifest["image_id"] == "CON/sixteen bit.png"]).images(np.array([0]))
    assert np.abs(grey.astype(int) - 40_000 * 255 // 65_535).max() <= 1


def test_nothing_outside_the_home_is_written_and_nothing_of_the_set_is_changed(folder, ingest, workshop, tmp_path):
    before = everything_below(folder)
    made, *_ = ingest(folder, validation={"max_unreadable_share": 1})
    workshop.make(VALIDATE, made)
    assert everything_below(folder) == before
    assert {path.name for path in tmp_path.iterdir()} <= {"set", "home"}


def test_an_archive_of_hostile_members_gives_its_good_ones_and_names_the_others(folder, ingest, tmp_path):
    path = tmp_path / "hostile" / "set.zip"
    path.parent.mkdir()
    picture = encoded(halves(), "JPEG")
    link = zipfile.ZipInfo("nevus/link.jpg")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        for name in ("nevus/a.jpg", "nevus/A.JPG", "melanoma/b.jpg", f"{LONG}/c.jpg", f"{RTL}/d.jpg"):
            archive.writestr(name, picture)
        for name in ("../escaped.jpg", "/absolute.jpg", "nevus/../../up.jpg"):
            archive.writestr(name, picture)
        archive.writestr(link, "/etc/passwd")
        archive.writestr("nevus/swells.jpg", bytes(30_000_000))
    _, manifest, quarantine = ingest(tmp_path / "hostile")
    assert sorted(manifest["diagnosis"]) == sorted(["nevus", "nevus", "melanoma", LONG, RTL])
    assert sorted(quarantine["image_id"].str.removeprefix("set.zip/")) == sorted(
        ["../escaped.jpg", "/absolute.jpg", "nevus/../../up.jpg", "nevus/link.jpg", "nevus/swells.jpg"]
    )
    assert quarantine["reason"].str.endswith("; unpack the archive yourself and look at it").all()
    assert not list(tmp_path.rglob("escaped.jpg"))


def test_diagnoses_with_any_name_reach_the_end_of_the_audit(ingest, workshop, tmp_path):
    root, names = tmp_path / "table", ["../x", "CON", LONG, RTL, "=1+1", 'a,b"c', "<script>alert(1)</script>"]
    rows = []
    for number, name in enumerate(names):
        for copy in range(4):
            isic_id = f"ISIC_{10 * number + copy:07d}"
            picture = np.full((SIDE, SIDE, 3), (90 + 20 * number, 40 * copy, 120), np.uint8)
            (root / "images").mkdir(parents=True, exist_ok=True)
            Image.fromarray(picture).save(root / "images" / f"{isic_id}.png")
            rows.append({"lesion_id": isic_id, "image_id": isic_id, "dx": name, "dx_type": "histo"})
    pd.DataFrame(rows).to_csv(root / "HAM10000_metadata.csv", index=False)
    made, manifest, quarantine = ingest(root)
    workshop.make(VALIDATE, made)
    assert len(quarantine) == 0
    assert sorted(manifest["label"].unique()) == sorted(names)
    assert {path.name for path in tmp_path.iterdir()} <= {"table", "home"}
