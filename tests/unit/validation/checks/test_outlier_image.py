"""Drawn pages, screens, charts and landscapes are found; drawn and real dermoscopy is not."""

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageDraw, ImageFont

from melanoma.config.synthetic import SyntheticConfig
from melanoma.config.validate import ValidateConfig
from melanoma.data.decode import decode_image
from melanoma.data.measures.appearance import measure
from melanoma.data.synthetic.dataset import draw_dataset
from melanoma.validation.checks.blank_image import CHECK as BLANK_IMAGE
from melanoma.validation.checks.outlier_image import CHECK
from melanoma.validation.finding import Evidence

EVERY = 40  # of the real pictures, one in so many


def thumbnail(content):
    return decode_image(content, 180, 170).thumbnail


def encoded(image, quality=90):
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def find(contents, check=CHECK):
    rows = measure(np.stack([thumbnail(content) for content in contents]))
    rows["image_id"] = [f"{number}" for number in range(len(rows))]
    return check.find(Evidence(rows, pd.DataFrame()), ValidateConfig())


def page(ink=20, paper=250):
    image = Image.new("RGB", (850, 1100), (paper,) * 3)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size=18)
    for y in range(50, 1050, 27):
        draw.text(
            (50, y), "the quick brown fox jumps over the lazy dog, and again, and again", fill=(ink,) * 3, font=font
        )
    return image


def chart():
    image = Image.new("RGB", (800, 600), "white")
    draw = ImageDraw.Draw(image)
    for number, colour in enumerate(("navy", "crimson", "seagreen", "orange", "purple")):
        draw.rectangle([80 + 140 * number, 500 - 90 * number, 170 + 140 * number, 560], fill=colour)
    return image


def screen():
    image = Image.new("RGB", (1280, 800), (240, 242, 245))
    draw = ImageDraw.Draw(image)
    draw.rectangle([0, 0, 1280, 90], fill=(40, 60, 140))
    for x in range(60, 1200, 300):
        draw.rectangle([x, 160, x + 220, 420], fill=(250, 250, 250), outline=(20, 20, 20), width=6)
        draw.rectangle([x, 500, x + 220, 700], fill=(90, 160, 90))
    return image


def landscape():
    random = np.random.default_rng(1)
    y, x = np.mgrid[:400, :600]
    ground = (y > 200 + 30 * np.sin(x / 80))[..., None]
    picture = np.where(ground, (60, 115, 45), (130, 170, 230)) + random.normal(0, 8, (400, 600, 3))
    return Image.fromarray(picture.clip(0, 255).astype(np.uint8))


@pytest.mark.parametrize("draw", [page, chart, screen, landscape])
@pytest.mark.parametrize("quality", [50, 90])
def test_what_is_no_dermoscopy_is_found_and_kept(draw, quality):
    finding = find([encoded(draw(), quality)])
    assert finding.images == ("0",)
    assert (finding.severity, finding.action) == ("warning", "keep")
    assert finding.details["0"]


def test_drawn_dermoscopy_is_neither_odd_nor_blank(tmp_path):
    draw_dataset(tmp_path / "set", SyntheticConfig(images=108, size_px=96, truncated_files=0))
    contents = [path.read_bytes() for path in sorted((tmp_path / "set").rglob("*.jpg"))]
    assert find(contents).images == ()
    assert find(contents, BLANK_IMAGE).images == ()


@pytest.mark.parametrize("quality", [None, 20, 50])
def test_real_dermoscopy_is_neither_odd_nor_blank(shared_data, quality):
    paths = sorted(
        path
        for name in ("ham10000", "isic2017", "skin-cancer-9-classes")
        for path in (shared_data / name).rglob("*.jpg")
    )
    contents = [path.read_bytes() if quality is None else encoded(Image.open(path), quality) for path in paths[::EVERY]]
    assert len(contents) > 300
    assert find(contents).images == ()
    assert find(contents, BLANK_IMAGE).images == ()
