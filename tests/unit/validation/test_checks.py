"""Each check finds what it is for, says what leaves, and finds nothing in a set that only comes near it."""

import pandas as pd
import pytest

from melanoma.config.validate import ValidateConfig
from melanoma.discovery import discover
from melanoma.validation.finding import Evidence

CHECKS = {module.CHECK.name: module.CHECK for module in discover("melanoma.validation.checks")}
NO_QUARANTINE = pd.DataFrame({"image_id": [], "kind": [], "reason": []}, dtype="object")
KEEP = ValidateConfig(
    exact_duplicate="keep", label_conflict="keep", image_in_train_and_test="keep", lesion_in_train_and_test="fail"
)


def find(check, manifest, config=None, quarantine=NO_QUARANTINE, **known):
    return CHECKS[check].find(Evidence(manifest, quarantine, **known), config or ValidateConfig())


@pytest.fixture
def clean(manifest_of):
    """A set that comes near every finding: equal names, lesions of several images, train and test, no metadata."""
    return manifest_of(
        image_id=[f"{kind}/{n}.jpg" for kind in ("Test/nevus", "Train/melanoma", "Train/nevus") for n in (1, 2)],
        isic_id=["1", "2", "1", "2", "1", "2"],
        diagnosis=["nevus", "nevus", "melanoma", "melanoma", "nevus", "nevus"],
        publisher_split=["test", "test", "train", "train", "train", "train"],
        lesion_id=["L1", "L1", "L2", "L4", "L3", "L3"],
        patient_id=["P1", "P1", "P2", "P4", "P3", "P3"],
        age_approx=[0.0, 0.0, 120.0, 40.0, None, 50.0],
        sex=["male", "male", "female", "female", None, "male"],
    )


@pytest.mark.parametrize("check", CHECKS)
def test_a_clean_set_has_no_finding(check, clean):
    assert find(check, clean, has_metadata=True).images == ()


@pytest.mark.parametrize("check", CHECKS)
def test_a_set_without_any_metadata_has_no_finding(check, manifest_of):
    manifest = manifest_of(image_id=["a", "b"], age_approx=[None, None], sex=[None] * 2, anatom_site_general=[None] * 2)
    assert find(check, manifest.astype({"age_approx": "float64"})).images == ()


@pytest.mark.parametrize("check", CHECKS)
def test_an_empty_set_has_no_finding(check, clean):
    assert find(check, clean.iloc[:0], has_metadata=True).images == ()


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_has_the_name_of_its_file_and_a_rank_of_its_own(check):
    assert CHECKS[check].find.__module__.endswith("." + check)
    assert [other.rank for other in CHECKS.values()].count(CHECKS[check].rank) == 1


@pytest.mark.parametrize("check", CHECKS)
def test_a_remedy_is_one_sentence(check, clean):
    remedy = find(check, clean).remedy
    assert remedy.count("\n") == 0
    assert remedy.endswith(".")


# Identical pictures -------------------------------------------------------------------------------


def test_of_identical_pictures_all_but_the_first_leave(manifest_of):
    manifest = manifest_of(image_id=["c", "b", "a", "d"], sha256=["1", "1", "1", "2"])
    finding = find("exact_duplicate", manifest)
    assert (sorted(finding.images), finding.excluded) == (["a", "b", "c"], ("b", "c"))
    assert (finding.severity, finding.action) == ("warning", "exclude")
    assert set(finding.details.values()) == {"same picture as a"}


def test_of_identical_pictures_the_published_test_image_stays(manifest_of):
    manifest = manifest_of(image_id=["a", "b", "c"], sha256=["1"] * 3, publisher_split=["train", None, "test"])
    assert find("exact_duplicate", manifest).excluded == ("a", "b")


def test_identical_pixels_in_another_format_are_a_duplicate(manifest_of):
    manifest = manifest_of(image_id=["a.jpg", "b.png"], pixel_sha256=["p", "p"])
    assert find("exact_duplicate", manifest).excluded == ("b.png",)


def test_of_a_picture_in_two_class_folders_every_copy_leaves(manifest_of):
    manifest = manifest_of(
        image_id=["melanoma/1.jpg", "nevus/1.jpg", "nevus/2.jpg", "nevus/3.jpg"],
        diagnosis=["melanoma", "nevus", "nevus", "nevus"],
        sha256=["1", "1", "2", "2"],
    )
    finding = find("label_conflict", manifest)
    assert finding.images == finding.excluded == ("melanoma/1.jpg", "nevus/1.jpg")
    assert finding.severity == "critical"
    assert finding.details == dict.fromkeys(finding.images, "melanoma / nevus")


def test_a_conflict_takes_every_copy_with_it_also_those_that_agree(manifest_of):
    manifest = manifest_of(
        image_id=["a", "b", "c"],
        diagnosis=["nevus", "nevus", "melanoma"],
        sha256=["1"] * 3,
        publisher_split=["test", None, None],
    )
    assert find("label_conflict", manifest).excluded == ("a", "b", "c")


def test_two_spellings_of_one_diagnosis_are_no_conflict(manifest_of):
    manifest = manifest_of(image_id=["a", "b"], label=["Nevus", "naevus"], sha256=["1", "1"])
    assert find("label_conflict", manifest).images == ()


def test_the_training_copy_of_a_test_image_leaves_and_the_test_copy_stays(manifest_of):
    manifest = manifest_of(
        image_id=["Test/nevus/1.jpg", "Train/nevus/1.jpg", "loose/nevus/1.jpg", "Train/nevus/2.jpg"],
        publisher_split=["test", "train", None, "train"],
        sha256=["1", "1", "1", "2"],
    )
    finding = find("image_in_train_and_test", manifest)
    assert finding.images == ("Test/nevus/1.jpg", "Train/nevus/1.jpg", "loose/nevus/1.jpg")
    assert finding.excluded == ("Train/nevus/1.jpg", "loose/nevus/1.jpg")
    assert finding.severity == "critical"


def test_two_copies_within_test_are_not_in_training(manifest_of):
    manifest = manifest_of(image_id=["a", "b"], publisher_split=["test", "test"], sha256=["1", "1"])
    assert find("image_in_train_and_test", manifest).images == ()


@pytest.mark.parametrize(
    ("check", "column"), [("lesion_in_train_and_test", "lesion_id"), ("patient_in_train_and_test", "patient_id")]
)
def test_training_images_of_what_is_in_the_test_set_leave(manifest_of, check, column):
    manifest = manifest_of(
        image_id=["a", "b", "c", "d", "e"],
        publisher_split=["test", "train", None, "train", "test"],
        **{column: ["X", "X", "X", "Y", None]},
    )
    finding = find(check, manifest)
    assert (finding.images, finding.excluded) == (("a", "b", "c"), ("b", "c"))
    assert (finding.severity, finding.action) == ("critical", "exclude")
    assert set(finding.details.values()) == {f"{column.removesuffix('_id')} X"}


@pytest.mark.parametrize(
    "check",
    [
        "exact_duplicate",
        "label_conflict",
        "image_in_train_and_test",
        "lesion_in_train_and_test",
        "patient_in_train_and_test",
    ],
)
@pytest.mark.parametrize("action", ["exclude", "keep", "fail"])
def test_the_action_is_the_configured_one(clean, check, action):
    assert find(check, clean, ValidateConfig(**{check: action})).action == action


# Files and tables ---------------------------------------------------------------------------------


QUARANTINE = pd.DataFrame(
    {
        "image_id": ["cut.jpg", "page.jpg", "loose.jpg"],
        "kind": ["unreadable", "unreadable", "unlabelled"],
        "reason": ["cannot be decoded: cut off", "not an image", "no diagnosis belongs to it"],
    }
)


def test_unreadable_files_are_told_with_their_reason(clean):
    finding = find("unreadable_image", clean, quarantine=QUARANTINE)
    assert finding.images == finding.excluded == ("cut.jpg", "page.jpg")
    assert finding.details == {"cut.jpg": "cannot be decoded: cut off", "page.jpg": "not an image"}


def test_ids_without_a_file_are_missing(clean):
    finding = find("missing_image", clean, missing_images=("ISIC_0000007", "ISIC_0000008"))
    assert (finding.images, finding.excluded, finding.action) == (("ISIC_0000007", "ISIC_0000008"), (), "keep")


def test_images_without_diagnosis_or_without_any_metadata_are_told_apart(manifest_of):
    manifest = manifest_of(
        image_id=["bare", "known"], age_approx=[None, 50.0], sex=[None, "male"], anatom_site_general=[None, None]
    )
    finding = find("missing_metadata", manifest, quarantine=QUARANTINE, has_metadata=True)
    assert finding.details == {"loose.jpg": "no diagnosis", "bare": "no metadata"}
    assert find("missing_metadata", manifest, quarantine=QUARANTINE).images == ("loose.jpg",)


def test_metadata_that_cannot_be_true_is_told_with_every_reason(manifest_of):
    manifest = manifest_of(
        image_id=["a", "b", "c", "d", "e", "f"],
        age_approx=[-1.0, 121.0, 120.0, 0.0, 50.0, 50.0],
        sex=["male", "f", None, "female", "female", "female"],
        lesion_id=[None, None, "L", "L", "M", "M"],
        patient_id=[None, None, "P", "Q", "R", None],
        diagnosis=["nevus", "nevus", "nevus", "nevus", "nevus", "melanoma"],
    )
    assert find("invalid_metadata", manifest).details == {
        "a": "age out of range",
        "b": "age out of range; sex neither male nor female",
        "c": "lesion of two patients",
        "d": "lesion of two patients",
        "e": "lesion with two diagnoses",
        "f": "lesion with two diagnoses",
    }


def row_problems(*rows):
    return pd.DataFrame(rows, columns=["isic_id", "kind", "problem"], dtype="object")


def test_rows_that_cannot_be_true_are_told_beside_what_the_manifest_shows(manifest_of):
    manifest = manifest_of(image_id=["a", "b"], isic_id=["1", "2"], age_approx=[150.0, 50.0])
    problems = row_problems(
        ("1", "invalid_metadata", "melanoma measured where there is none"),
        ("2", "invalid_metadata", "age is no number"),
        ("2", "duplicate_id", "2 rows that say the same"),
    )
    assert find("invalid_metadata", manifest, row_problems=problems).details == {
        "a": "age out of range; melanoma measured where there is none",
        "b": "age is no number",
    }


def test_finer_names_of_one_diagnosis_within_a_lesion_are_no_contradiction(manifest_of):
    manifest = manifest_of(
        image_id=["a", "b"], lesion_id=["L", "L"], diagnosis=["benign keratosis", "seborrheic keratosis"]
    )
    assert find("invalid_metadata", manifest).images == ()


@pytest.mark.parametrize(
    ("problem", "severity"), [("2 rows that say the same", "info"), ("2 rows that differ in sex", "warning")]
)
def test_repeated_ids_are_told_and_warn_where_their_rows_differ(manifest_of, problem, severity):
    manifest = manifest_of(image_id=["a", "b", "c"], isic_id=["1", "1", "2"])
    problems = row_problems(("1", "duplicate_id", problem), ("9", "duplicate_id", problem))
    finding = find("duplicate_id", manifest, row_problems=problems)
    assert finding.details == dict.fromkeys(("a", "b", "9"), problem)
    assert (finding.severity, finding.action, finding.excluded) == (severity, "keep", ())


def test_ids_that_look_alike_are_told(manifest_of):
    manifest = manifest_of(image_id=["A.jpg"], isic_id=["A"])
    problems = row_problems(("A", "similar_id", "also written a"), ("a", "similar_id", "also written A"))
    assert find("similar_id", manifest, row_problems=problems).details == {
        "A.jpg": "also written a",
        "a": "also written A",
    }


def test_masks_beside_images_do_not_lack_a_diagnosis(clean):
    mask = pd.DataFrame({"image_id": ["m.png"], "kind": ["unlabelled"], "reason": ["a mask or map beside an image"]})
    assert find("missing_metadata", clean, quarantine=mask).images == ()


def test_classes_that_the_largest_outnumbers_by_the_ratio_are_told(manifest_of):
    manifest = manifest_of(
        image_id=[str(n) for n in range(30 + 3 + 4)], diagnosis=["nevus"] * 30 + ["melanoma"] * 3 + ["wart"] * 4
    )
    finding = find("class_imbalance", manifest)  # 30 / 3 = 10, the ratio; 30 / 4 = 7.5, below it
    assert set(finding.details.values()) == {"melanoma"}
    assert len(finding.images) == 3
    assert (finding.severity, finding.action) == ("info", "keep")
    assert "melanoma" in finding.remedy
    assert find("class_imbalance", manifest, ValidateConfig(imbalance_ratio=10.1)).images == ()
