from dataclasses import replace

import pandas as pd
import pytest

from melanoma.config.split import SplitConfig
from melanoma.data.examples import join_copies, name_copies
from melanoma.data.proof import SplitTables, claim, prove_tables
from melanoma.data.split import split_after_augmentation, split_images

PAIRS = pd.DataFrame({"image_id": ["020"], "other_id": ["041"]})


@pytest.fixture
def tables(manifest_of):
    """A sound split of 60 images: lesions of two images, patients of four, one near-duplicate, a copy of each image."""
    manifest = manifest_of(
        image_id=[f"{n:03d}" for n in range(60)],
        diagnosis=["melanoma" if n % 8 < 4 else "nevus" for n in range(60)],
        lesion_id=[f"L{n // 2}" for n in range(60)],
        patient_id=[f"P{n // 4}" for n in range(60)],
        excluded_because=["label_conflict", *[None] * 59],
    )
    return tables_of(split_images(manifest, SplitConfig(), 1, PAIRS))


def tables_of(rows):
    training = rows[rows["split"] == "train"]
    examples = join_copies(rows[rows["split"].notna()], name_copies(training.assign(copy=0)))
    quarantine = pd.DataFrame({"image_id": ["broken"], "kind": ["unreadable"], "reason": ["cut off"]}, dtype="object")
    return SplitTables(rows, examples, quarantine, 61, PAIRS)


def broken(tables):
    return {claim.name: claim for claim in prove_tables(tables) if not claim.holds}


def changed(table, image, **values):
    return table.assign(**{name: table[name].mask(table["image_id"] == image, value) for name, value in values.items()})


def elsewhere(tables, role, other):
    """Move the first image of a role into another role, in both tables, and return its id."""
    image = tables.manifest.loc[tables.manifest["split"] == role, "image_id"].iloc[0]
    moved = replace(
        tables,
        manifest=changed(tables.manifest, image, split=other),
        examples=changed(tables.examples, image, split=other),
    )
    return image, moved


def test_a_sound_split_is_proven_with_its_counts(tables):
    claims = {claim.name: claim for claim in prove_tables(tables)}
    assert all(claim.holds and claim.offenders == () for claim in claims.values())
    # 59 images of 30 lesions and 15 patients are kept, and each training image has one copy
    training = int((tables.manifest["split"] == "train").sum())
    assert claims["lesion_crosses_no_split"].text == f"0 of 30 lesions cross; 59 images and {training} copies checked"
    assert claims["patient_crosses_no_split"].text.startswith("0 of 15 patients cross;")
    assert claims["near_duplicate_crosses_no_split"].text.startswith("0 of 1 near-duplicate groups cross;")
    assert claims["copies_stay_in_training"].text.startswith(f"0 of {training} augmented copies")
    assert claims["every_image_is_accounted_for"].text == (
        "61 images in the source: 59 with a role, 1 excluded with a reason, 1 in quarantine"
    )


def test_a_split_whose_copies_are_not_made_yet_is_proven_and_nothing_is_said_of_copies(tables):
    every = {claim.name for claim in prove_tables(tables)}
    claims = {claim.name: claim for claim in prove_tables(replace(tables, examples=None))}
    assert every - set(claims) == {"copies_stay_in_training", "images_are_used_in_their_role"}
    assert all(claim.holds for claim in claims.values())
    assert claims["lesion_crosses_no_split"].text == "0 of 30 lesions cross; 59 images and 0 copies checked"
    _, moved = elsewhere(tables, "test", "train")
    assert "lesion_crosses_no_split" in broken(replace(moved, examples=None))


@pytest.mark.parametrize("role", ["validation", "calibration", "test"])
def test_an_image_that_is_moved_to_training_is_found_by_lesion_and_patient_and_named(tables, role):
    image, moved = elsewhere(tables, role, "train")
    found = broken(moved)
    assert {"lesion_crosses_no_split", "patient_crosses_no_split", "group_crosses_no_split"} <= set(found)
    assert found["lesion_crosses_no_split"].text.startswith("1 of 30 lesions cross")
    (offender,) = found["lesion_crosses_no_split"].offenders
    assert f"{image} in train" in offender
    assert f"in {role}" in offender


@pytest.mark.parametrize("identity", ["sha256", "pixel_sha256"])
def test_the_same_picture_in_two_roles_is_found_though_the_group_ids_say_nothing(tables, identity):
    train, test = (
        tables.manifest.loc[tables.manifest["split"] == role, "image_id"].iloc[0] for role in ("train", "test")
    )
    found = broken(
        replace(tables, manifest=changed(changed(tables.manifest, train, **{identity: "x"}), test, **{identity: "x"}))
    )
    assert set(found) == {f"{identity}_crosses_no_split", "group_crosses_no_split", "groups_are_as_recorded"}


def test_near_duplicates_in_two_roles_are_found(tables):
    train, test = (
        tables.manifest.loc[tables.manifest["split"] == role, "image_id"].iloc[0] for role in ("train", "test")
    )
    marked = changed(changed(tables.manifest, train, near_duplicate_id="x"), test, near_duplicate_id="x")
    assert "near_duplicate_crosses_no_split" in broken(replace(tables, manifest=marked))


def test_a_pair_of_the_audit_that_the_manifest_does_not_know_is_found(tables):
    unmarked = broken(replace(tables, manifest=tables.manifest.drop(columns="near_duplicate_id")))
    found = broken(replace(tables, pairs=None))
    for offenders in (unmarked, found):
        assert offenders["near_duplicates_are_as_found"].offenders == (
            "020: not as the audit's pairs say",
            "041: not as the audit's pairs say",
        )


def test_groups_that_are_related_only_through_an_excluded_image_are_found(tables):
    """The excluded image 000 has the bytes of an image of another patient."""
    role = tables.manifest["split"].iloc[1]
    other = tables.manifest.loc[~tables.manifest["split"].isin([role]) & tables.manifest["split"].notna()].iloc[0]
    found = broken(replace(tables, manifest=changed(tables.manifest, "000", sha256=other["sha256"])))
    assert "group_crosses_no_split" in found
    assert "sha256_crosses_no_split" not in found


def test_a_wrong_group_id_is_found(tables):
    found = broken(replace(tables, manifest=changed(tables.manifest, "001", group_id="001")))
    assert found["groups_are_as_recorded"].offenders == ("001: group 001, found 000",)


def test_a_group_in_two_folds_is_found(tables):
    image = tables.manifest.loc[tables.manifest["split"] == "train"].iloc[0]
    moved = changed(tables.manifest, image["image_id"], fold=(image["fold"] + 1) % 5)
    assert set(broken(replace(tables, manifest=moved))) == {"groups_cross_no_fold"}


def test_a_copy_outside_training_is_found(tables):
    copy = tables.examples.loc[tables.examples["origin"] == "copy"].iloc[0]
    found = broken(replace(tables, examples=changed(tables.examples, copy["image_id"], split="validation")))
    assert found["copies_stay_in_training"].offenders == (f"{copy['image_id']} in validation, its parent in train",)


def test_a_copy_whose_parent_is_outside_training_is_found(tables):
    copy = tables.examples.loc[tables.examples["origin"] == "copy"].iloc[0]
    test = tables.manifest.loc[tables.manifest["split"] == "test", "image_id"].iloc[0]
    for parent, where in ((test, "test"), ("nowhere", "no role")):
        found = broken(replace(tables, examples=changed(tables.examples, copy["image_id"], parent_id=parent)))
        assert found["copies_stay_in_training"].offenders == (f"{copy['image_id']} in train, its parent in {where}",)


def test_an_image_that_was_used_in_another_role_is_found(tables):
    image = tables.manifest.loc[tables.manifest["split"] == "test", "image_id"].iloc[0]
    found = broken(replace(tables, examples=changed(tables.examples, image, split="calibration")))
    assert found["images_are_used_in_their_role"].offenders == (
        f"{image}: test in the manifest, calibration among the examples",
    )


def test_an_excluded_image_that_was_used_is_found(tables):
    used = tables.manifest[tables.manifest["image_id"] == "000"].assign(
        origin="original", parent_id=None, split="train"
    )
    found = broken(replace(tables, examples=pd.concat([tables.examples, used], ignore_index=True)))
    assert found["images_are_used_in_their_role"].offenders == (
        "000: no role in the manifest, train among the examples",
    )


def test_a_published_test_image_in_another_role_is_found(tables):
    image = tables.manifest.loc[tables.manifest["split"] == "train", "image_id"].iloc[0]
    found = broken(replace(tables, manifest=changed(tables.manifest, image, publisher_split="test")))
    assert found["published_test_is_test"].offenders == (f"{image} in train",)


@pytest.mark.parametrize(
    ("change", "offender"),
    [
        (lambda t: replace(t, images=62), "the source had 62 images, manifest and quarantine list 61"),
        (lambda t: replace(t, quarantine=t.quarantine.assign(image_id="001")), "001: listed twice"),
        (
            lambda t: replace(t, manifest=changed(t.manifest, "000", excluded_because=None)),
            "000: neither a role nor a reason",
        ),
        (
            lambda t: replace(t, manifest=changed(t.manifest, "001", excluded_because="label_conflict")),
            "001: excluded, and yet has a role",
        ),
        (lambda t: replace(t, manifest=changed(t.manifest, "001", split="dev")), "001: no such role"),
    ],
)
def test_an_image_that_is_lost_or_listed_twice_is_found(tables, change, offender):
    assert broken(change(tables))["every_image_is_accounted_for"].offenders == (offender,)


def test_the_leaking_protocol_is_not_proven(tables, manifest_of):
    manifest = tables.manifest.drop(columns=["split", "group_id", "fold", "near_duplicate_id"])
    rows = split_images(manifest, SplitConfig(protocol="after_augmentation"), 1)
    leaking = tables_of(rows)
    found = broken(replace(leaking, examples=split_after_augmentation(leaking.examples, 0.2, 1)))
    assert {"sha256_crosses_no_split", "lesion_crosses_no_split", "copies_stay_in_training"} <= set(found)


def test_a_claim_names_five_offenders_at_most():
    assert claim("x", list("abcdefg"), "seven").offenders == tuple("abcde")
    assert not claim("x", ["a"], "one").holds
    assert claim("x", [], "none").holds
