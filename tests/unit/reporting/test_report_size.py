"""The report is one file that can be sent by mail: below 8 MB with as many pictures as a run can ask for."""

from dataclasses import replace
from io import BytesIO

import numpy as np
from PIL import Image

from melanoma.config.report import ReportConfig
from melanoma.reporting.finding_pictures import FindingPictures, PictureCard, PictureGroup
from melanoma.reporting.gallery import THUMBNAIL_PX
from melanoma.reporting.html import render_html
from tests.unit.reporting.evidence_factory import CLASSES, build_evidence, draw_all, gallery_images

CHECKS, PICTURES = 20, 8
MOST_BYTES = 8_000_000


def noisy_thumbnail():
    """Noise compresses worse than any lesion."""
    pixels = np.random.default_rng(0).normal(150, 40, (THUMBNAIL_PX, THUMBNAIL_PX, 3)).clip(0, 255).astype(np.uint8)
    stream = BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=85)
    return stream.getvalue()


def test_the_report_stays_below_8_mb_with_the_most_pictures_that_can_be_asked_for():
    picture = noisy_thumbnail()
    most = next(rule.le for rule in ReportConfig.model_fields["examples_per_kind"].metadata if hasattr(rule, "le"))
    gallery = [
        replace(image, thumbnail=picture, source=image.source and picture)
        for image in gallery_images(tuple(CLASSES), most)
    ]
    cards = tuple(PictureCard(f"Train/nevus/{k}.jpg", picture, "nevus") for k in range(PICTURES))
    pictures = FindingPictures((PictureGroup(cards, PICTURES),), PICTURES, 1)
    findings = [
        {"check": f"check_{k}", "severity": "info", "count": 8, "action": "keep", "remedy": "-"} for k in range(CHECKS)
    ]
    evidence = build_evidence(
        gallery=gallery,
        audit={"passed": True, "findings": findings},
        finding_pictures={finding["check"]: pictures for finding in findings},
    )
    figures = draw_all(evidence, ReportConfig().figure_dpi)
    page = render_html(replace(evidence, figures=figures))
    heat_maps = 8
    copies_beside_sources = (4 + 1) * most
    assert page.count("<img") == copies_beside_sources + CHECKS * PICTURES + len(figures) + heat_maps
    assert len(page.encode()) < MOST_BYTES
