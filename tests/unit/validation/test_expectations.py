"""Everything that imports Great Expectations, which takes seconds, stands in this one file: the suite and its stage."""

import json

import pandas as pd
import pytest

from melanoma.config.pipeline import PipelineConfig
from melanoma.config.validate import ValidateConfig
from melanoma.data.sources import list_sources
from melanoma.stages.table import INGEST, VALIDATE
from melanoma.validation.expectations import check_tables, to_json

FEW = ValidateConfig(min_images=4)


def failures(manifest, unreadable_share=0.0, config=FEW):
    outcomes = check_tables(manifest, unreadable_share, config)
    return {(outcome.column, outcome.severity) for outcome in outcomes if not outcome.success}


@pytest.fixture
def good(manifest_of):
    return manifest_of(
        image_id=list("abcd"), diagnosis=["nevus", "melanoma"] * 2, publisher_split=["train", "test", None, None]
    )


def test_a_good_manifest_passes_the_whole_suite(good):
    outcomes = check_tables(good, 0.0, FEW)
    assert len(outcomes) == 11
    assert {outcome.severity for outcome in outcomes if outcome.column == "diagnosis"} == {"critical"}
    assert failures(good) == set()


def test_one_class_fails(good):
    assert failures(good.assign(diagnosis="nevus")) == {("diagnosis", "critical")}
    assert failures(good, config=ValidateConfig(min_images=4, min_classes=3)) == {("diagnosis", "critical")}


@pytest.mark.parametrize(
    ("column", "values", "severity"),
    [
        ("image_id", ["a", "a", "b", "c"], "critical"),
        ("diagnosis", ["nevus", "melanoma", "nevus", None], "critical"),
        ("sha256", ["0" * 64] * 3 + ["0" * 63], "critical"),
        ("publisher_split", ["train", "test", "val", None], "critical"),
        ("width", [64, 64, 64, 63], "warning"),
        ("height", [64, 64, 64, 63], "warning"),
        ("age_approx", [0.0, 120.0, None, 121.0], "warning"),
        ("sex", ["male", "female", None, "f"], "warning"),
    ],
)
def test_each_expectation_notices_one_wrong_value(good, column, values, severity):
    assert failures(good.assign(**{column: values})) == {(column, severity)}


def test_too_few_images_fail(good):
    assert failures(good, config=ValidateConfig(min_images=5)) == {("table", "critical")}


def test_a_larger_share_of_unreadable_files_than_allowed_fails(good):
    assert failures(good, 0.2) == set()
    assert failures(good, 0.21) == {("unreadable_share", "critical")}


def test_a_manifest_without_metadata_passes(good):
    bare = good.assign(age_approx=pd.Series([None] * 4, dtype="float64"), sex=None, publisher_split=None)
    assert failures(bare) == set()


def test_an_empty_manifest_fails_and_does_not_crash(good):
    assert ("table", "critical") in failures(good.iloc[:0])


def test_outcomes_are_json(good):
    document = json.loads(json.dumps(to_json(check_tables(good, 0.0, FEW)), allow_nan=False))
    assert document[0] == {
        "expectation": "expect_table_row_count_to_be_between",
        "column": "table",
        "severity": "critical",
        "success": True,
        "observed": "4",
    }


# The stage ----------------------------------------------------------------------------------------


def validate(workshop, folder):
    ingest = workshop.make(INGEST, material=list_sources([folder]))
    return workshop.make(VALIDATE, ingest)


def plant(folder):
    """Plant a truncated file, a page, a duplicate, a conflict and a test image in train; return what has to leave."""
    images = {path.stem: path for path in folder.rglob("*.jpg")}
    number = {stem: path.read_bytes() for stem, path in images.items()}
    images["ISIC_0000024"].write_bytes(number["ISIC_0000024"][:-300])
    images["ISIC_0000025"].write_bytes(b"<html>")
    (folder / "Train/melanoma/ISIC_0000900.jpg").write_bytes(number["ISIC_0000016"])
    (folder / "Train/dermatofibroma/ISIC_0000901.jpg").write_bytes(number["ISIC_0000000"])
    (folder / "Train/vascular lesion/ISIC_0000902.jpg").write_bytes(number["ISIC_0000047"])
    return {
        "Train/melanoma/ISIC_0000900.jpg": "exact_duplicate",
        "Train/basal cell carcinoma/ISIC_0000000.jpg": "label_conflict",
        "Train/dermatofibroma/ISIC_0000901.jpg": "label_conflict",
        "Train/vascular lesion/ISIC_0000902.jpg": "image_in_train_and_test",
    }


def test_a_clean_set_passes_without_a_finding(workshop, image_folder):
    validated = validate(workshop, image_folder)
    assert validated.read_json("audit.json")["findings"] == []
    assert validated.summary == {"passed": True, "refusals": [], "findings": [], "excluded": 0}


def test_every_planted_defect_is_found_and_what_it_falsifies_leaves(workshop, image_folder):
    expected = plant(image_folder)
    validated = validate(workshop, image_folder)
    exclusions = pd.read_parquet(validated.path("exclusions.parquet")).dropna()
    assert exclusions.set_index("image_id")["excluded_because"].to_dict() == expected
    audit = validated.read_json("audit.json")
    assert audit["passed"] is True
    counts = {finding["check"]: finding["count"] for finding in audit["findings"]}
    assert counts == {
        "unreadable_image": 2,
        "label_conflict": 2,
        "image_in_train_and_test": 2,
        "exact_duplicate": 6,
        "missing_metadata": 3,
    }


def test_every_finding_has_its_full_list_beside_it(workshop, image_folder):
    plant(image_folder)
    validated = validate(workshop, image_folder)
    for finding in validated.read_json("audit.json")["findings"]:
        listed = pd.read_csv(validated.path(f"{finding['check']}.csv"))
        assert list(listed.columns) == ["image_id", "excluded", "detail"]
        assert (len(listed), int(listed["excluded"].sum())) == (finding["count"], finding["excluded"])


def test_a_forbidden_finding_closes_the_gate(workshop, image_folder):
    plant(image_folder)
    workshop.config = PipelineConfig(validation=ValidateConfig(label_conflict="fail"))
    summary = validate(workshop, image_folder).summary
    assert (summary["passed"], summary["refusals"]) == (False, ["label_conflict is not let through"])


def test_a_set_of_one_class_closes_the_gate(workshop, image_folder):
    for path in image_folder.rglob("*.jpg"):
        if path.parent.name != "nevus":
            path.unlink()
    workshop.config = PipelineConfig(validation=ValidateConfig(min_images=4))
    summary = validate(workshop, image_folder).summary
    assert summary["passed"] is False
    (refusal,) = summary["refusals"]
    assert refusal == "expect_column_unique_value_count_to_be_between on diagnosis failed: 1"


def test_a_set_without_a_readable_image_closes_the_gate(workshop, image_folder):
    for path in image_folder.rglob("*.jpg"):
        path.write_bytes(b"<html>")
    summary = validate(workshop, image_folder).summary
    assert summary["passed"] is False
    assert "expect_table_row_count_to_be_between on table failed: 0" in summary["refusals"]
