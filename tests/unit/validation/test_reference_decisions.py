"""What a reference table changes: it contradicts labels and settles conflicts, and never says more than it does."""

import pandas as pd
import pytest

from melanoma.config.validate import ValidateConfig
from melanoma.validation.audit import audit_images
from melanoma.validation.finding import Evidence

NO_QUARANTINE = pd.DataFrame({"image_id": [], "kind": [], "reason": []}, dtype="object")


def audit(manifest, reference, **config):
    table = pd.DataFrame({"isic_id": list(reference), "diagnosis": list(reference.values())}, dtype="object")
    return audit_images(Evidence(manifest, NO_QUARANTINE, reference=table), ValidateConfig(**config))


def decided(manifest, reference, **config):
    """Return for each image why it leaves, or the diagnosis under which it stays."""
    rows = audit(manifest, reference, **config).decide(manifest).set_index("image_id")
    return rows["excluded_because"].fillna(rows["diagnosis"]).to_dict()


# Labels beside the reference ----------------------------------------------------------------------


@pytest.fixture
def folders(manifest_of):
    """Images 1 to 5; of 3 the reference knows nothing."""
    return manifest_of(
        image_id=["nevus/1", "nevus/2", "nevus/3", "seb/4", "pbk/5"],
        isic_id=["1", "2", "3", "4", "5"],
        diagnosis=["nevus", "nevus", "nevus", "seborrheic keratosis", "pigmented benign keratosis"],
    )


REFERENCE = {"1": "nevus", "2": "actinic keratosis", "4": "benign keratosis", "5": "benign keratosis", "9": "melanoma"}


def test_a_contradicted_label_is_found_and_a_coarser_name_is_no_contradiction(folders):
    finding = audit(folders, REFERENCE).findings["label_disagrees_with_reference"]
    assert finding.images == finding.excluded == ("nevus/2",)
    assert (finding.severity, finding.action) == ("critical", "exclude")
    assert finding.details == {"nevus/2": "label says nevus, reference says actinic keratosis"}


def test_the_table_counts_for_each_label_how_the_reference_reads_it(folders):
    finding = audit(folders, REFERENCE).findings["label_disagrees_with_reference"]
    rows = {row["diagnosis"]: row for row in finding.figures["labels_and_reference"]}
    assert rows["nevus"] == {
        "diagnosis": "nevus",
        "images": 3,
        "agree": 1,
        "disagree": 1,
        "not_in_reference": 1,
        "reference_says": {"actinic keratosis": 1, "nevus": 1},
    }
    assert rows["seborrheic keratosis"]["agree"] == 1
    assert all(row["agree"] + row["disagree"] + row["not_in_reference"] == row["images"] for row in rows.values())


def test_without_a_reference_and_where_it_agrees_nothing_is_found(folders):
    silent = audit_images(Evidence(folders, NO_QUARANTINE), ValidateConfig()).findings
    agreeing = audit(folders, {"1": "nevus", "4": "benign keratosis"})
    assert "label_disagrees_with_reference" not in {**silent, **agreeing.findings}
    assert list(agreeing.figures) == ["label_disagrees_with_reference"]  # that it agrees is worth knowing


def test_an_image_without_an_isic_id_is_known_by_its_files_name(manifest_of):
    manifest = manifest_of(image_id=["nevus/scan 7.jpg", "nevus/8.jpg"], isic_id=[None, None])
    found = audit(manifest, {"scan 7": "melanoma"}).findings["label_disagrees_with_reference"]
    assert found.images == ("nevus/scan 7.jpg",)


def test_relabelled_to_a_diagnosis_that_the_set_has(manifest_of):
    manifest = manifest_of(image_id=["a", "b"], isic_id=["1", "2"], diagnosis=["nevus", "melanoma"])
    action = {"label_disagrees_with_reference": "relabel"}
    assert decided(manifest, {"1": "melanoma"}, **action) == {"a": "melanoma", "b": "melanoma"}


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        (["seborrheic keratosis"], "seborrheic keratosis"),  # the only name of the set that fits
        (["seborrheic keratosis", "pigmented benign keratosis"], "label_disagrees_with_reference"),  # two fit
        (["melanoma"], "label_disagrees_with_reference"),  # none fits
        (["benign keratosis", "seborrheic keratosis"], "benign keratosis"),  # the set has the coarse name itself
    ],
)
def test_a_coarse_diagnosis_is_translated_only_where_it_leaves_no_choice(manifest_of, others, expected):
    manifest = manifest_of(
        image_id=["a", *(f"other {n}" for n in range(len(others)))],
        isic_id=["1", *(None for _ in others)],
        diagnosis=["nevus", *others],
    )
    action = {"label_disagrees_with_reference": "relabel"}
    assert decided(manifest, {"1": "benign keratosis"}, **action)["a"] == expected


# Conflicts that the reference settles -------------------------------------------------------------


@pytest.fixture
def conflicts(manifest_of):
    """Picture 1 in nevus and melanoma; picture 2 in nevus and melanoma; a vascular lesion of its own."""
    return manifest_of(
        image_id=["mel/1", "nev/1", "mel/2", "nev/2", "vasc/3"],
        isic_id=["1", "1", "2", "2", "3"],
        diagnosis=["melanoma", "nevus", "melanoma", "nevus", "vascular lesion"],
        sha256=["one", "one", "two", "two", "three"],
    )


def test_by_default_a_reference_keeps_no_disputed_image_but_tells_what_it_would_settle(conflicts):
    finding = audit(conflicts, {"1": "nevus"}).findings["label_conflict"]
    assert finding.excluded == ("mel/1", "nev/1", "mel/2", "nev/2")
    assert finding.figures == {"settled_by_reference": 2}  # both copies of picture 1
    assert finding.relabelled == {"mel/1": "nevus"}  # the other is a nevus already
    assert dict(finding.renamed) == {}


def test_a_settled_picture_stays_once_under_the_references_diagnosis_and_the_others_leave(conflicts):
    assert decided(conflicts, {"1": "nevus"}, label_conflict="relabel") == {
        "mel/1": "nevus",  # of two copies that are now one diagnosis the first stays
        "nev/1": "exact_duplicate",
        "mel/2": "label_conflict",
        "nev/2": "label_conflict",
        "vasc/3": "vascular lesion",
    }


def test_a_third_diagnosis_settles_a_conflict_if_the_set_knows_it(conflicts):
    kept = decided(conflicts, {"1": "vascular lesion", "2": "dermatofibroma"}, label_conflict="relabel")
    assert kept["mel/1"] == "vascular lesion"
    assert kept["mel/2"] == kept["nev/2"] == "label_conflict"


def test_a_coarse_diagnosis_settles_a_conflict_in_favour_of_the_label_that_it_covers(manifest_of):
    manifest = manifest_of(
        image_id=["a", "b", "c"],
        isic_id=["1", "1", None],
        diagnosis=["melanoma", "seborrheic keratosis", "pigmented benign keratosis"],
        sha256=["one", "one", "two"],
    )
    kept = decided(manifest, {"1": "benign keratosis"}, label_conflict="relabel")
    assert kept["a"] == "seborrheic keratosis"


def test_two_ids_of_one_picture_that_the_reference_reads_differently_settle_nothing(manifest_of):
    manifest = manifest_of(
        image_id=["a", "b"], isic_id=["1", "2"], diagnosis=["melanoma", "nevus"], sha256=["one", "one"]
    )
    kept = decided(manifest, {"1": "melanoma", "2": "nevus"}, label_conflict="relabel")
    assert set(kept.values()) == {"label_conflict"}


def test_what_a_conflict_has_settled_does_not_leave_for_its_old_label(conflicts):
    found = audit(conflicts, {"1": "nevus"}, label_conflict="relabel").findings["label_disagrees_with_reference"]
    assert found.images == ("mel/1",)  # told, because the folder says so
    assert found.leaving == ()


def test_relabelling_without_a_reference_excludes_what_it_cannot_settle(conflicts):
    alone = audit_images(Evidence(conflicts, NO_QUARANTINE), ValidateConfig(label_conflict="relabel"))
    assert alone.findings["label_conflict"].leaving == ("mel/1", "nev/1", "mel/2", "nev/2")
