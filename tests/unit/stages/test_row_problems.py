"""What is wrong with single rows travels from ingest to the checks of validate."""

from melanoma.config.pipeline import PipelineConfig
from melanoma.config.validate import ValidateConfig
from melanoma.data.sources import list_sources
from melanoma.stages.given_files import GivenFiles
from melanoma.stages.table import INGEST
from melanoma.stages.validate import read_evidence
from melanoma.validation.audit import audit_images


def findings_of(workshop, folder):
    workshop.config = PipelineConfig.model_validate({"ingest": {"size_px": 32}})
    evidence = read_evidence(workshop.make(INGEST, material=list_sources([folder])), GivenFiles(), 0)
    return {name: finding.details for name, finding in audit_images(evidence, ValidateConfig()).findings.items()}


def test_problems_of_rows_become_findings_about_images(workshop, image_folder):
    table = image_folder / "metadata.csv"
    lines = table.read_text().splitlines()
    first = lines[1].split(",")
    twin = ",".join([*first[:3], "forty", *first[4:]])
    table.write_text("\n".join([*lines, twin, lines[2], lines[3].replace("ISIC", "isic")]) + "\n")
    found = findings_of(workshop, image_folder)
    assert found["duplicate_id"] == {
        "Train/basal cell carcinoma/ISIC_0000000.jpg": "2 rows that differ in age_approx",
        "Train/basal cell carcinoma/ISIC_0000001.jpg": "2 rows that say the same",
    }
    assert found["similar_id"] == {
        "Train/basal cell carcinoma/ISIC_0000002.jpg": "also written isic_0000002",
        "isic_0000002": "also written ISIC_0000002",
    }
    assert found["missing_image"] == {"isic_0000002": "in the table, no file"}


def test_a_clean_set_has_none(workshop, image_folder):
    assert {"duplicate_id", "similar_id", "invalid_metadata"}.isdisjoint(findings_of(workshop, image_folder))
