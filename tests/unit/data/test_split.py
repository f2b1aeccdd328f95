import pandas as pd
import pytest

from melanoma.config.split import SplitConfig
from melanoma.data.hold_out import hold_out_groups
from melanoma.data.split import (
    RELATED_TO_TEST,
    RELATED_TO_VALIDATION,
    prove_split,
    split_after_augmentation,
    split_images,
)

GROUPED, LEAKING = SplitConfig(), SplitConfig(protocol="after_augmentation")


def splits(rows):
    return dict(zip(rows["image_id"], rows["split"].fillna("excluded"), strict=True))


def two_classes(manifest_of, count, **columns):
    return manifest_of(
        image_id=[f"{n:04d}" for n in range(count)], diagnosis=["melanoma", "nevus"] * (count // 2), **columns
    )


def test_each_diagnosis_is_divided_in_the_configured_shares(manifest_of):
    rows = split_images(two_classes(manifest_of, 200), GROUPED, 1)
    # test: 0.2 of 100 = 20; validation: 0.2 of the other 80 = 16; calibration: 0.1 of 80 = 8
    table = pd.crosstab(rows["diagnosis"], rows["split"])
    assert table.to_dict("index") == {
        name: {"calibration": 8, "test": 20, "train": 56, "validation": 16} for name in ("melanoma", "nevus")
    }


def test_other_shares_are_met_too(manifest_of):
    config = SplitConfig(test_share=0.1, validation_share=0.3, calibration_share=0.2)
    counts = split_images(two_classes(manifest_of, 200), config, 1)["split"].value_counts()
    # 0.1 of 200; 0.3 of 180; 0.2 of 180
    assert (counts["test"], counts["validation"], counts["calibration"]) == (20, 54, 36)


def test_without_calibration_the_other_held_out_images_are_the_same(manifest_of):
    manifest = two_classes(manifest_of, 200)
    some, none = (split_images(manifest, SplitConfig(calibration_share=share), 1)["split"] for share in (0.1, 0))
    assert none.tolist() == some.replace("calibration", "train").tolist()


def test_a_split_repeats_with_its_seed_and_differs_with_another(manifest_of):
    manifest = two_classes(manifest_of, 100)
    assert splits(split_images(manifest, GROUPED, 1)) == splits(split_images(manifest, GROUPED, 1))
    assert splits(split_images(manifest, GROUPED, 1)) != splits(split_images(manifest, GROUPED, 2))


def test_the_manifest_is_left_as_it_was(manifest_of):
    manifest = two_classes(manifest_of, 100, publisher_split=["test", "train", "train", "train"] * 25)
    before = manifest.copy()
    split_images(manifest, GROUPED, 1)
    pd.testing.assert_frame_equal(manifest, before)


@pytest.mark.parametrize("config", [GROUPED, LEAKING])
def test_the_publishers_test_images_are_the_test_images(manifest_of, config):
    published = ["test", "train", "train", None] * 25
    rows = split_images(two_classes(manifest_of, 100, publisher_split=published), config, 1)
    assert ((rows["split"] == "test") == (rows["publisher_split"] == "test")).all()


@pytest.mark.parametrize("config", [GROUPED, LEAKING])
def test_an_excluded_image_has_a_group_and_no_split(manifest_of, config):
    excluded = ["label_conflict", *[None] * 99]
    rows = split_images(two_classes(manifest_of, 100, excluded_because=excluded), config, 1)
    assert rows["split"].isna().tolist() == [True] + [False] * 99
    assert rows["group_id"].notna().all()
    assert rows["excluded_because"].tolist()[0] == "label_conflict"


def test_a_publishers_test_folder_that_is_excluded_altogether_is_replaced(manifest_of):
    manifest = two_classes(
        manifest_of,
        100,
        publisher_split=["test"] * 2 + ["train"] * 98,
        excluded_because=["label_conflict"] * 2 + [None] * 98,
    )
    assert (split_images(manifest, GROUPED, 1)["split"] == "test").sum() == 20


def test_a_training_image_that_is_related_to_a_test_image_leaves(manifest_of):
    manifest = two_classes(
        manifest_of,
        100,
        publisher_split=["test", "train", "train", "train"] * 25,
        lesion_id=["L", "L", *[None] * 98],
        patient_id=[None, "P", "P", *[None] * 97],
    )
    rows = split_images(manifest, GROUPED, 1)
    assert rows["split"].fillna("excluded").tolist()[:3] == ["test", "excluded", "excluded"]
    assert rows["excluded_because"].tolist()[1:3] == [RELATED_TO_TEST] * 2
    assert rows["excluded_because"][3:].isna().all()


def test_a_published_validation_folder_is_the_validation_set(manifest_of):
    published = ["test", "validation", "train", "train"] * 25
    lesions = [None, "L", "L", *[None] * 97]
    rows = split_images(two_classes(manifest_of, 100, publisher_split=published, lesion_id=lesions), GROUPED, 1)
    assert ((rows["split"] == "validation") == (rows["publisher_split"] == "validation")).all()
    assert rows["excluded_because"].dropna().tolist() == [RELATED_TO_VALIDATION]
    # 0.1 of the 49 training images that are left
    assert (rows["split"] == "calibration").sum() == 5


def test_a_published_validation_image_that_is_related_to_a_test_image_leaves(manifest_of):
    published = ["test", "validation", "train", "train"] * 25
    lesions = ["L", "L", *[None] * 98]
    rows = split_images(two_classes(manifest_of, 100, publisher_split=published, lesion_id=lesions), GROUPED, 1)
    assert rows["excluded_because"].dropna().tolist() == [RELATED_TO_TEST]
    assert rows["split"].fillna("excluded").tolist()[:2] == ["test", "excluded"]


def test_test_is_held_out_of_the_training_images_where_only_validation_is_published(manifest_of):
    rows = split_images(two_classes(manifest_of, 100, publisher_split=["validation", "train"] * 50), GROUPED, 1)
    assert rows["split"].value_counts()[["validation", "test"]].tolist() == [50, 10]  # 0.2 of 50
    assert set(rows.loc[rows["split"] == "test", "publisher_split"]) == {"train"}


def test_near_duplicates_are_one_group_and_the_manifest_says_so(manifest_of):
    pairs = pd.DataFrame({"image_id": ["0000", "0001"], "other_id": ["0001", "0002"]})
    rows = split_images(two_classes(manifest_of, 100), GROUPED, 1, pairs)
    assert rows["near_duplicate_id"].fillna("none").tolist()[:4] == ["0000", "0000", "0000", "none"]
    assert rows["group_id"].tolist()[:4] == ["0000", "0000", "0000", "0003"]
    assert rows["split"][:3].nunique() == 1


@pytest.mark.parametrize("groups", range(1, 6))
def test_a_diagnosis_of_few_groups_is_trained_then_tested_then_validated_then_calibrated(manifest_of, groups):
    diagnoses = ["melanoma"] * groups + ["nevus"] * 60
    manifest = manifest_of(image_id=[f"{n:04d}" for n in range(len(diagnoses))], diagnosis=diagnoses)
    roles = split_images(manifest, GROUPED, 1).loc[: groups - 1, "split"]
    order = ["train", "test", "validation", "calibration"]
    assert set(roles) == set(order[:groups])
    assert (roles == "train").sum() == max(1, groups - 3)


def test_a_role_that_gets_nothing_of_a_diagnosis_is_named(manifest_of):
    manifest = manifest_of(image_id=[f"{n:02d}" for n in range(42)], diagnosis=["melanoma"] * 2 + ["nevus"] * 40)
    proof = prove_split(split_images(manifest, GROUPED, 1))
    one = ("melanoma",)
    assert proof.absent == {"train": (), "validation": one, "calibration": one, "test": ()}
    assert len([fold for fold, names in proof.absent_from_fold.items() if names == one]) == 4


def test_a_rare_diagnosis_of_patients_with_much_else_gives_its_share_and_no_more(manifest_of):
    """As in ISIC 2024: a tenth of the patients have one melanoma each, among hundreds of nevi."""
    patients = [f"P{n // 40:03d}" for n in range(8000)]
    diagnoses = ["melanoma" if n % 400 == 0 else "nevus" for n in range(8000)]
    manifest = manifest_of(image_id=[f"{n:04d}" for n in range(8000)], diagnosis=diagnoses, patient_id=patients)
    rows = split_images(manifest, GROUPED, 1)
    table = pd.crosstab(rows["diagnosis"], rows["split"])
    assert table.loc["melanoma", "test"] == 4  # 0.2 of 20
    assert abs(table.loc["nevus", "test"] - 0.2 * 7980) <= 40
    assert prove_split(rows).crossing == ()


def test_test_images_and_excluded_images_have_no_fold_and_all_others_have_one(manifest_of):
    manifest = two_classes(manifest_of, 100, excluded_because=["label_conflict", *[None] * 99])
    rows = split_images(manifest, SplitConfig(folds=3), 1)
    assert (rows["fold"].isna() == (rows["split"].isna() | (rows["split"] == "test"))).all()
    assert set(rows["fold"].dropna()) == {0, 1, 2}


@pytest.mark.parametrize("config", [SplitConfig(folds=0), LEAKING])
def test_without_folds_the_column_is_empty(manifest_of, config):
    assert split_images(two_classes(manifest_of, 100), config, 1)["fold"].isna().all()


def test_a_new_image_moves_few_others(manifest_of):
    """A set that grows keeps its test set: each group's place in the order is its own."""
    before = split_images(two_classes(manifest_of, 200), GROUPED, 1)["split"]
    after = split_images(two_classes(manifest_of, 202), GROUPED, 1)["split"][:200]
    assert (before != after).sum() <= 6


def test_a_relation_through_an_excluded_image_holds(manifest_of):
    manifest = two_classes(
        manifest_of,
        100,
        publisher_split=["test", "train", "train", "train"] * 25,
        lesion_id=["L", "L", *[None] * 98],
        sha256=["0", "1", "1", *[str(n) for n in range(3, 100)]],
        excluded_because=[None, "label_conflict", *[None] * 98],
    )
    assert split_images(manifest, GROUPED, 1)["excluded_because"].tolist()[2] == RELATED_TO_TEST


def test_the_leaking_protocol_keeps_relatives_apart_from_nobody_and_has_no_validation_yet(manifest_of):
    manifest = two_classes(manifest_of, 100, publisher_split=["test", "train"] * 50, lesion_id=["L"] * 100)
    rows = split_images(manifest, LEAKING, 1)
    assert rows["split"].value_counts().to_dict() == {"test": 50, "train": 50}
    assert len(prove_split(rows).crossing) == 1


def test_the_proof_counts_groups_and_names_those_that_cross_and_what_is_absent(manifest_of):
    rows = manifest_of(image_id=["a", "b", "c", "d"], diagnosis=["nevus", "nevus", "melanoma", "nevus"])
    rows = rows.assign(
        group_id=["a", "a", "c", "d"],
        split=["train", "test", "train", None],
        fold=pd.array([0, None, 1, None], dtype="Int64"),
    )
    proof = prove_split(rows)
    assert (proof.groups, proof.crossing) == (2, ("a",))
    both = ("melanoma", "nevus")
    assert proof.absent == {"train": (), "validation": both, "calibration": both, "test": ("melanoma",)}
    assert proof.absent_from_fold == {"0": ("melanoma",), "1": ("nevus",)}
    assert proof.shares["train"] == {"melanoma": 1.0, "nevus": 0.5}


def test_a_group_in_two_folds_crosses(manifest_of):
    rows = manifest_of(image_id=["a", "b"]).assign(group_id="a", split="train", fold=pd.array([0, 1], dtype="Int64"))
    assert prove_split(rows).crossing == ("a",)


def test_a_clean_split_is_proven(manifest_of):
    rows = split_images(two_classes(manifest_of, 100, lesion_id=[f"L{n // 4}" for n in range(100)]), GROUPED, 1)
    proof = prove_split(rows)
    assert (proof.groups, proof.crossing) == (25, ())
    assert proof.absent == {"train": (), "validation": (), "calibration": (), "test": ()}
    assert set(proof.absent_from_fold.values()) == {()}


@pytest.mark.parametrize("seed", range(5))
def test_a_diagnosis_with_a_single_group_keeps_it_for_training(manifest_of, seed):
    manifest = two_classes(manifest_of, 40, lesion_id=["L" if n % 2 else None for n in range(40)])
    rows = split_images(manifest, GROUPED, seed)
    assert set(rows.loc[rows["diagnosis"] == "nevus", "split"]) == {"train"}


def test_a_single_group_that_others_share_is_kept_for_training_too(manifest_of):
    """One patient has the only dermatofibroma, and some of the many nevi."""
    manifest = manifest_of(
        image_id=[f"{n:04d}" for n in range(21)],
        diagnosis=["dermatofibroma"] + ["nevus"] * 20,
        patient_id=["P", "P", *[f"Q{n}" for n in range(19)]],
    )
    proofs = [prove_split(split_images(manifest, GROUPED, seed)) for seed in range(10)]
    assert [proof.absent["train"] for proof in proofs] == [()] * 10


def test_a_group_is_taken_while_its_diagnosis_lacks_half_of_it(manifest_of):
    rows = manifest_of(image_id=list("abcdefghij")).assign(group_id=[*"aabbccddee"])
    # 0.3 of 10 images are 3: one group of 2 is taken, and a second, as 2 + 2 / 2 <= 3
    assert len(hold_out_groups(rows, 0.3, (1, "test"))) == 2
    # 0.2 of 10 are 2: a second would go 2 over
    assert len(hold_out_groups(rows, 0.2, (1, "test"))) == 1
    # 0.05 of 10 are 0.5, less than half a group; but a diagnosis that can spare one is not left out
    assert len(hold_out_groups(rows, 0.05, (1, "test"))) == 1


def test_what_groups_are_held_out_for_is_part_of_the_choice(manifest_of):
    rows = manifest_of(image_id=[f"{n}" for n in range(100)]).assign(group_id=[f"{n}" for n in range(100)])
    assert hold_out_groups(rows, 0.2, (1, "test")) != hold_out_groups(rows, 0.2, (1, "validation"))


def test_after_augmentation_the_share_of_training_rows_is_drawn_whatever_they_are():
    examples = pd.DataFrame({"image_id": range(120), "split": ["train"] * 100 + ["test"] * 20})
    divided = split_after_augmentation(examples, 0.2, 1)
    assert divided["split"].value_counts().to_dict() == {"train": 80, "validation": 20, "test": 20}
    assert (divided["split"][100:] == "test").all()
    assert divided["split"].tolist() == split_after_augmentation(examples, 0.2, 1)["split"].tolist()
    assert divided["split"].tolist() != split_after_augmentation(examples, 0.2, 2)["split"].tolist()
    assert (examples["split"][:100] == "train").all()
