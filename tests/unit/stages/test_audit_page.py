"""The audit's page from real stages; Great Expectations' part is left out, its results are given."""

import json
import re

import pandas as pd
import pytest

from melanoma.artifacts.record import Recipe
from melanoma.artifacts.store import Made
from melanoma.config.pipeline import PipelineConfig
from melanoma.config.validate import ValidateConfig
from melanoma.data.sources import list_sources
from melanoma.stages import files
from melanoma.stages.table import AUDIT_PAGE, INGEST
from melanoma.validation.audit import audit_images
from melanoma.validation.finding import Evidence
from melanoma.validation.image_lists import list_images


@pytest.fixture
def page_of(workshop):
    """Return a function that makes the page of a folder."""

    def make(folder, refusals=()):
        workshop.config = PipelineConfig.model_validate({"ingest": {"size_px": 32}})
        ingest = workshop.make(INGEST, material=list_sources([folder]))
        manifest = pd.read_parquet(ingest.path(files.MANIFEST))
        quarantine = pd.read_csv(ingest.path(files.QUARANTINE), dtype="object")
        audit = audit_images(Evidence(manifest, quarantine), ValidateConfig())

        def write(out):
            (out / files.AUDIT).write_text(json.dumps(audit.to_json(refusals)))
            (out / files.EXPECTATIONS).write_text("[]")
            audit.decide(manifest).to_parquet(out / files.EXCLUSIONS, index=False)
            list_images(audit, manifest).to_parquet(out / files.FINDING_IMAGES, index=False)
            return Made()

        validate = workshop.store.obtain(
            Recipe("validate", {"in": ingest.digest, "no": list(refusals)}), write
        ).artifact
        return workshop.make(AUDIT_PAGE, ingest, validate).path(files.AUDIT_PAGE).read_text()

    return make


def sections(page):
    """Return each finding's section by its check."""
    return dict(re.findall(r'<section id="([a-z_]+)">(.*?)</section>', page, flags=re.DOTALL))


def test_copies_of_a_picture_stand_side_by_side_with_name_label_and_split(page_of, image_folder):
    test_image = image_folder / "Test/vascular lesion/ISIC_0000047.jpg"
    (image_folder / "Train/nevus/ISIC_0000900.jpg").write_bytes(test_image.read_bytes())
    found = sections(page_of(image_folder))
    for check in ("label_conflict", "image_in_train_and_test"):
        (family,) = re.findall(r'<div class="family".*?</div>', found[check], flags=re.DOTALL)
        assert family.count("<img") == 2
        for words in ("Train/nevus/ISIC_0000900.jpg", "Test/vascular lesion/ISIC_0000047.jpg", "published as test"):
            assert words in family


def test_a_file_that_cannot_be_read_has_no_picture_and_says_why(page_of, image_folder):
    (image_folder / "Train/nevus/ISIC_0000024.jpg").write_bytes(b"<html>")
    found = sections(page_of(image_folder))["unreadable_image"]
    assert "no picture" in found
    assert "<img" not in found
    assert "ISIC_0000024.jpg" in found


def test_a_clean_set_and_a_set_without_a_readable_image_have_pages_too(page_of, image_folder):
    assert "Nothing was found to be wrong with the data." in page_of(image_folder)
    for path in image_folder.rglob("*.jpg"):
        path.write_bytes(b"<html>")
    page = page_of(image_folder, ["expect_table_row_count_to_be_between on table failed: 0"])
    assert "The data is refused" in page
    assert "0 of 0 readable images" in page


def test_names_of_files_and_classes_are_text_on_the_page(page_of, image_folder):
    hostile = image_folder / "Train" / "<b onclick=alert(1)>\u202eاسم"
    hostile.mkdir()
    source = image_folder / "Train/nevus/ISIC_0000024.jpg"
    (hostile / "<script>alert(1)<!--.jpg").write_bytes(source.read_bytes())
    page = page_of(image_folder)
    assert "<script" not in page
    assert "<b onclick" not in page
    assert "&lt;script&gt;alert(1)&lt;!--.jpg" in page


def test_a_change_in_reporting_does_not_redo_the_audit():
    assert AUDIT_PAGE.inputs == ("ingest", "validate")
    assert "great-expectations" not in AUDIT_PAGE.libraries
