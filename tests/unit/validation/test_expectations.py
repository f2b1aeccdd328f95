"""Everything that imports Great Expectations, which takes seconds, stands in this one file: the suite and its stage."""

import json

import pandas as pd
import pytest

from melanoma.config.pipeline import PipelineConfig
from melanoma.config.validate import ValidateConfig
from melanoma.data.given_file import look_at
from melanoma.data.sources import list_sources
from melanoma.errors import ConfigError
from melanoma.stages.given_files import find_given_files
from melanoma.stages.table import INGEST, VALIDATE
from melanoma.validation.expectations import check_tables, suites, to_json
from melanoma.validation.own_expectations import read_expectations

FEW = ValidateConfig(min_images=4)


def failures(manifest, unreadable_share=0.0, config=FEW):
    outcomes = check_tables(manifest, unreadable_share, suites(config))
    return {(outcome.column, outcome.severity) for outcome in outcomes if not outcome.success}


@pytest.fixture
def good(manifest_of):
    return manifest_of(
        image_id=list("abcd"), diagnosis=["nevus", "melanoma"] * 2, publisher_split=["train", "test", None, None]
    )


def test_a_good_manifest_passes_the_whole_suite(good):
    outcomes = check_tables(good, 0.0, suites(FEW))
    assert len(outcomes) == 11
    assert {outcome.severity for outcome in outcomes if outcome.column == "diagnosis"} == {"critical"}
    assert failures(good) == set()


def test_the_suites_are_named_for_what_they_are_about(good):
    outcomes = check_tables(good, 0.0, suites(FEW))
    assert list(dict.fromkeys(outcome.suite for outcome in outcomes)) == [
        "images",
        "labels",
        "metadata",
        "published split",
    ]


def test_values_are_shown_bounded_and_with_nothing_invisible_in_them(good):
    values = ["<script>alert(1)</script>", "a\u202eb", "x" * 500, "female"]
    (observed,) = [o.observed for o in check_tables(good.assign(sex=values), 0.0, suites(FEW)) if o.column == "sex"]
    assert observed == f"3 of 4 unexpected, such as <script>alert(1)</script>, a\\u202eb, {'x' * 39}…"


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
    document = json.loads(json.dumps(to_json(check_tables(good, 0.0, suites(FEW))), allow_nan=False))
    assert document[0] == {
        "suite": "images",
        "expectation": "expect_table_row_count_to_be_between",
        "column": "table",
        "severity": "critical",
        "success": True,
        "observed": "4",
        "expected": "4 or more",
    }


# The user's own -----------------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path):
    """Return a function that reads some text as a file of expectations."""
    path = tmp_path / "mine.yaml"

    def read(text):
        path.write_text(text)
        return read_expectations(look_at(str(path), "validation.expectations"), COLUMNS)

    return read


COLUMNS = ("image_id", "diagnosis", "age_approx", "sex")
ADULTS = "type: expect_column_values_to_be_between\n  column: age_approx\n  min_value: 18"


def test_own_expectations_are_named_as_in_great_expectations_and_stand_in_suites(own, good):
    text = f"- {ADULTS}\n  severity: warning\n  suite: adults\n- type: expect_table_row_count_to_equal\n  value: 5\n"
    outcomes = check_tables(good.assign(age_approx=[17.0, 18, 19, None]), 0.0, own(text))
    assert [(o.suite, o.column, o.severity, o.success) for o in outcomes] == [
        ("adults", "age_approx", "warning", False),
        ("your own", "table", "critical", False),
    ]
    assert outcomes[0].observed == "1 of 4 unexpected, such as 17.0"


def test_kwargs_may_stand_apart_as_great_expectations_itself_writes_them(own):
    text = "- type: expect_column_values_to_be_in_set\n  kwargs: {column: sex, value_set: [male]}\n  severity: info\n"
    ((expectation,),) = own(text).values()
    assert (expectation.column, expectation.value_set) == ("sex", ["male"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- type: [1\n", "mine.yaml: not valid YAML in line 2; mend it"),
        ("type: x\n", "mine.yaml: expected a list of expectations, received dict"),
        ("", "mine.yaml: expected a list of expectations, received NoneType"),
        ("- 3\n", "mine.yaml: entry 1: expected a mapping with a type such as expect_column_values_to_be_between"),
        (
            f"- {ADULTS}\n- type: expect_column_values_to_be_betwen\n",
            "mine.yaml: entry 2 (expect_column_values_to_be_betwen): no such expectation; "
            "did you mean expect_column_values_to_be_between?",
        ),
        ("- type: unexpected_rows_expectation\n", "(unexpected_rows_expectation): no such expectation"),
        (
            f"- {ADULTS}\n  severity: grave\n",
            "(expect_column_values_to_be_between): severity: expected critical, warning, info; received grave",
        ),
        (
            "- type: expect_column_values_to_not_be_null\n  column: age_aprox\n",
            "(expect_column_values_to_not_be_null): the manifest has no column age_aprox; did you mean age_approx?",
        ),
        (
            "- type: expect_column_values_to_not_be_null\n  column: zzz\n",
            "the manifest has no column zzz; known are image_id, diagnosis, age_approx, sex",
        ),
        (
            f"- {ADULTS}\n  min_vlue: 3\n",
            "min_vlue: extra fields not permitted; see its page in Great Expectations' gallery",
        ),
        ("- type: expect_column_values_to_be_unique\n", "column: field required; see its page in Great Expectations'"),
        ("- type: expect_table_row_count_to_equal\n  kwargs: 3\n", "kwargs: expected a mapping, received int"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_that_names_the_file_and_the_entry(own, text, message):
    with pytest.raises(ConfigError) as refused:
        own(text)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "mine.yaml" in str(refused.value)


# The stage ----------------------------------------------------------------------------------------


def validate(workshop, folder):
    ingest = workshop.make(INGEST, material=list_sources([folder]))
    return workshop.make(VALIDATE, ingest, material=find_given_files(workshop.config.validation))


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
    assert validated.summary == {"passed": True, "refusals": [], "findings": [], "notes": [], "excluded": 0}


def test_every_planted_defect_is_found_and_what_it_falsifies_leaves(workshop, image_folder):
    expected = plant(image_folder)
    validated = validate(workshop, image_folder)
    exclusions = pd.read_parquet(validated.path("exclusions.parquet")).dropna(subset=["excluded_because"])
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
        listed = pd.read_csv(validated.path(f"findings/{finding['check']}.csv"))
        own = ["image_id", "diagnosis", "publisher_split", "excluded", "relabelled_to", "detail"]
        assert [name for name in listed if name != "group"] == own
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
    assert refusal == "expect_column_unique_value_count_to_be_between on diagnosis failed: 1, expected 2 or more"


def test_a_set_without_a_readable_image_closes_the_gate(workshop, image_folder):
    for path in image_folder.rglob("*.jpg"):
        path.write_bytes(b"<html>")
    summary = validate(workshop, image_folder).summary
    assert summary["passed"] is False
    assert "expect_table_row_count_to_be_between on table failed: 0, expected 20 or more" in summary["refusals"]


# With files of the user's own ---------------------------------------------------------------------


@pytest.fixture
def given(workshop, tmp_path):
    """Return a function that configures the workshop with files that the user gives."""

    def configure(reference=None, expectations=None, **section):
        for name, text in (("reference_labels", reference), ("expectations", expectations)):
            if text is not None:
                section[name] = str(tmp_path / name)
                (tmp_path / name).write_text(text)
        workshop.config = PipelineConfig.model_validate({"validation": section})

    return configure


def test_a_critical_expectation_of_the_user_closes_the_gate_and_a_warning_does_not(workshop, image_folder, given):
    given(expectations=f"- {ADULTS.replace('18', '90')}\n")
    refused = validate(workshop, image_folder)
    given(expectations=f"- {ADULTS.replace('18', '90')}\n  severity: warning\n")
    passed = validate(workshop, image_folder)
    (refusal,) = refused.summary["refusals"]
    assert refusal.startswith("expect_column_values_to_be_between on age_approx failed: 48 of 48 unexpected, such as")
    assert refused.read_json("audit.json")["refusals"] == [refusal]
    assert passed.summary["passed"] is True
    assert passed.read_json("expectations.json")[-1]["suite"] == "your own"


def test_a_reference_is_compared_and_its_diagnosis_is_what_split_is_given(workshop, image_folder, given):
    """ISIC_0000024 is a nevus, ISIC_0000016 a melanoma by its folder."""
    given(
        reference="isic_id,diagnosis\nISIC_0000024,melanoma\nISIC_0000016,melanoma\n",
        label_disagrees_with_reference="relabel",
    )
    validated = validate(workshop, image_folder)
    (finding,) = validated.read_json("audit.json")["findings"]
    assert (finding["count"], finding["relabelled"], finding["excluded"]) == (1, 1, 0)
    decided = pd.read_parquet(validated.path("exclusions.parquet")).set_index("image_id")
    assert decided.loc["Train/nevus/ISIC_0000024.jpg", "diagnosis"] == "melanoma"
    assert decided["excluded_because"].isna().all()
    listed = pd.read_csv(validated.path("findings/label_disagrees_with_reference.csv"))
    assert listed["relabelled_to"].tolist() == ["melanoma"]


def test_a_changed_word_in_a_given_file_is_another_key(workshop, image_folder, given):
    given(reference="isic_id,diagnosis\nISIC_0000024,nevus\n")
    one = validate(workshop, image_folder).key
    assert validate(workshop, image_folder).key == one
    given(reference="isic_id,diagnosis\nISIC_0000024,melanoma\n")
    assert validate(workshop, image_folder).key != one
