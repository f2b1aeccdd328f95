import pandas as pd
import pytest

from melanoma.config.split import SplitConfig
from melanoma.data.split import RELATED_TO_TEST, hold_out_groups, prove_split, split_after_augmentation, split_images

GROUPED, LEAKING = SplitConfig(), SplitConfig(protocol="after_augmentation")


def splits(rows):
    return dict(zip(rows["image_id"], rows["split"].fillna("excluded"), strict=True))


def two_classes(manifest_of, count, **columns):
    return manifest_of(
        image_id=[f"{n:04d}" for n in range(count)], diagnosis=["melanoma", "nevus"] * (count // 2), **columns
    )


def test_each_diagnosis_is_divided_in_the_configured_shares(manifest_of):
    rows = split_images(two_classes(manifest_of, 200), GROUPED, 1)
    # test: 0.2 of 100 = 20; validation: 0.2 of the other 80 = 16
    table = pd.crosstab(rows["diagnosis"], rows["split"])
    assert table.to_dict("index") == {
        name: {"test": 20, "train": 64, "validation": 16} for name in ("melanoma", "nevus")
    }


def test_other_shares_are_met_too(manifest_of):
    config = SplitConfig(test_share=0.1, validation_share=0.3)
    counts = split_images(two_classes(manifest_of, 200), config, 1)["split"].value_counts()
    assert (counts["test"], counts["validation"]) == (20, 54)  # 0.1 of 200; 0.3 of 180


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
    rows = rows.assign(group_id=["a", "a", "c", "d"], split=["train", "test", "train", None])
    proof = prove_split(rows)
    assert (proof.groups, proof.crossing) == (2, ("a",))
    assert proof.absent == {"train": (), "validation": ("melanoma", "nevus"), "test": ("melanoma",)}


def test_a_clean_split_is_proven(manifest_of):
    rows = split_images(two_classes(manifest_of, 100, lesion_id=[f"L{n // 4}" for n in range(100)]), GROUPED, 1)
    proof = prove_split(rows)
    assert (proof.groups, proof.crossing) == (25, ())
    assert proof.absent == {"train": (), "validation": (), "test": ()}


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
    assert len(hold_out_groups(rows, 0.3, 1, "test")) == 2
    # 0.2 of 10 are 2: a second would go 2 over
    assert len(hold_out_groups(rows, 0.2, 1, "test")) == 1
    # 0.05 of 10 are 0.5, less than half a group
    assert hold_out_groups(rows, 0.05, 1, "test") == set()


def test_what_groups_are_held_out_for_is_part_of_the_choice(manifest_of):
    rows = manifest_of(image_id=[f"{n}" for n in range(100)]).assign(group_id=[f"{n}" for n in range(100)])
    assert hold_out_groups(rows, 0.2, 1, "test") != hold_out_groups(rows, 0.2, 1, "validation")


def test_after_augmentation_the_share_of_training_rows_is_drawn_whatever_they_are():
    examples = pd.DataFrame({"image_id": range(120), "split": ["train"] * 100 + ["test"] * 20})
    divided = split_after_augmentation(examples, 0.2, 1)
    assert divided["split"].value_counts().to_dict() == {"train": 80, "validation": 20, "test": 20}
    assert (divided["split"][100:] == "test").all()
    assert divided["split"].tolist() == split_after_augmentation(examples, 0.2, 1)["split"].tolist()
    assert divided["split"].tolist() != split_after_augmentation(examples, 0.2, 2)["split"].tolist()
    assert (examples["split"][:100] == "train").all()
