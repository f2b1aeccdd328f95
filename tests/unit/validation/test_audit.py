import json

import pandas as pd
import pytest

from melanoma.config.validate import ValidateConfig
from melanoma.validation.audit import audit_images
from melanoma.validation.finding import Evidence

ALL_CHECKS = {
    "unreadable_image",
    "label_conflict",
    "image_in_train_and_test",
    "lesion_in_train_and_test",
    "patient_in_train_and_test",
    "exact_duplicate",
    "missing_image",
    "missing_metadata",
    "invalid_metadata",
    "class_imbalance",
    "label_disagrees_with_reference",
    "blank_image",
    "small_image",
    "outlier_image",
    "small_class",
    "class_only_in_test",
    "source_confound",
}
QUARANTINE = pd.DataFrame({"image_id": ["cut.jpg"], "kind": ["unreadable"], "reason": ["cut off"]})


@pytest.fixture
def manifest(manifest_of):
    """Twins in train (1, 2), a conflict (3, 4), a test image in train (5, 6), and images of their own (7...)."""
    return manifest_of(
        image_id=["1", "2", "3", "4", "5", "6", *[f"7{n:02d}" for n in range(20)]],
        diagnosis=["nevus", "nevus", "nevus", "melanoma", "nevus", "nevus", *["nevus"] * 20],
        publisher_split=["train", "train", "train", "test", "test", "train", *["train"] * 20],
        sha256=["a", "a", "b", "b", "c", "c", *[f"d{n}" for n in range(20)]],
    )


def audit(manifest, **config):
    return audit_images(Evidence(manifest, QUARANTINE), ValidateConfig(**config))


def test_every_check_is_run_in_the_order_of_its_rank(manifest):
    checks = audit(manifest).checks_run
    assert set(checks) >= ALL_CHECKS
    assert checks[:3] == ("unreadable_image", "label_conflict", "label_disagrees_with_reference")


def test_what_is_excluded_has_the_first_reason_and_what_is_not_has_none(manifest):
    reasons = audit(manifest).excluded_because(manifest)
    assert reasons.fillna("kept").tolist() == [
        "kept",
        "exact_duplicate",
        "label_conflict",
        "label_conflict",
        "kept",
        "image_in_train_and_test",
        *["kept"] * 20,
    ]


def test_what_is_kept_by_configuration_is_told_and_not_excluded(manifest):
    kept = audit(manifest, exact_duplicate="keep", label_conflict="keep", image_in_train_and_test="keep")
    assert kept.excluded_because(manifest).isna().all()
    assert {"exact_duplicate", "label_conflict", "image_in_train_and_test"} <= set(kept.findings)
    assert kept.forbidden == ()


def test_what_the_configuration_does_not_let_through_is_named(manifest):
    assert audit(manifest, label_conflict="fail", exact_duplicate="fail").forbidden == (
        "label_conflict",
        "exact_duplicate",
    )


def test_what_was_not_found_is_not_forbidden(manifest_of):
    assert audit(manifest_of(image_id=["a", "b"]), label_conflict="fail").forbidden == ()


def test_nothing_is_excluded_from_a_clean_set(manifest_of):
    manifest = manifest_of(image_id=["a", "b"])
    clean = audit_images(Evidence(manifest, QUARANTINE.iloc[:0]), ValidateConfig())
    assert clean.findings == {}
    assert clean.excluded_because(manifest).isna().tolist() == [True, True]
    assert clean.to_json()["findings"] == []


def test_audit_json_has_the_shape_that_others_read(manifest):
    document = json.loads(json.dumps(audit(manifest).to_json(notes=["few are left."]), allow_nan=False))
    assert set(document) == {"findings", "passed", "refusals", "notes", "checks_run"}
    assert (document["passed"], document["refusals"], document["notes"]) == (True, [], ["few are left."])
    assert set(document["checks_run"]) >= ALL_CHECKS
    for finding in document["findings"]:
        assert {"check", "severity", "count", "examples", "action", "remedy"} <= set(finding)
        assert finding["severity"] in {"critical", "warning", "info"}
        assert finding["action"] in {"exclude", "keep", "merge", "relabel", "fail"}
        assert len(finding["examples"]) == min(finding["count"], 12)
    counts = {finding["check"]: finding["count"] for finding in document["findings"]}
    # twins: 1 2, 3 4, 5 6; both sides: 3 4, 5 6; melanoma has 1 image, a test image, nevus 25
    assert counts == {
        "unreadable_image": 1,
        "label_conflict": 2,
        "image_in_train_and_test": 4,
        "exact_duplicate": 6,
        "class_imbalance": 1,
        "small_class": 1,
        "class_only_in_test": 1,
    }


def test_a_reason_to_refuse_is_a_set_that_does_not_pass(manifest):
    document = audit(manifest).to_json(["label_conflict is not let through"])
    assert (document["passed"], document["refusals"]) == (False, ["label_conflict is not let through"])


def test_of_a_test_image_in_train_no_check_takes_the_test_copy(manifest):
    excluded = audit(manifest).excluded_because(manifest).set_axis(manifest["image_id"])
    assert excluded.isna()["5"]


def test_an_image_that_leaves_keeps_its_own_diagnosis(manifest):
    decided = audit(manifest).decide(manifest)
    assert list(decided) == ["image_id", "excluded_because", "diagnosis"]
    assert decided["diagnosis"].tolist() == manifest["diagnosis"].tolist()


def test_the_numbers_behind_a_check_are_told_also_where_it_found_nothing(manifest_of):
    small = manifest_of(image_id=["a", "b"], width=[64, 64], height=[64, 64])
    document = audit_images(Evidence(small, QUARANTINE.iloc[:0], size_px=180), ValidateConfig()).to_json()
    assert document["findings"] == []
    assert document["figures"] == {"small_image": {"size_px": 180, "median_side_px": 64.0}}
