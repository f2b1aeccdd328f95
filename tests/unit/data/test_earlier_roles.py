"""What an earlier model was tested on stays test, what it has met stays outside, and what is new is dealt as ever."""

import pandas as pd
import pytest

from melanoma.config.split import SplitConfig
from melanoma.data.earlier_roles import OUTSIDE_TEST, EarlierRoles, find_earlier_roles
from melanoma.data.split import RELATED_TO_TEST, split_images

CONFIG = SplitConfig()


def grow(manifest_of, count, more=0, **columns):
    names = [f"{n:04d}.jpg" for n in range(count + more)]
    plain = {"isic_id": [None] * len(names), "diagnosis": [("nevus", "melanoma")[n % 2] for n in range(len(names))]}
    return manifest_of(image_id=names, **{**plain, **columns})


def resplit(manifest, before, seed=1):
    earlier = find_earlier_roles(manifest, EarlierRoles.of(before).rows)
    return split_images(manifest, CONFIG, seed, None, earlier)


def test_images_are_known_by_bytes_pixels_or_isic_id_and_what_was_met_goes_first(manifest_of):
    before = manifest_of(
        isic_id=["ISIC_0000001", "b", "c", "d"],
        sha256=["1", "2", "3", "4"],
        pixel_sha256=["p1", "p2", "p3", "p4"],
        split=["test", "test", "validation", None],
    )
    now = manifest_of(
        isic_id=["ISIC_0000001", "x", "y", "d", "b"],
        sha256=["9", "2", "8", "4", "3"],
        pixel_sha256=["p9", "p9", "p3", "p4", "p2"],
    )
    found = find_earlier_roles(now, EarlierRoles.of(before).rows)
    assert found.fillna("new").tolist() == ["test", "test", OUTSIDE_TEST, "new", OUTSIDE_TEST]


def test_a_set_that_grows_keeps_its_test_rows_and_adds_of_the_new_alone(manifest_of):
    before = split_images(grow(manifest_of, 60), CONFIG, 1)
    after = resplit(grow(manifest_of, 60, more=40), before)
    assert before["split"].eq("test").sum() == 12
    old, new = after.iloc[:60], after.iloc[60:]
    assert old["split"].eq("test").tolist() == before["split"].eq("test").tolist()
    assert new["split"].eq("test").sum() == 8  # 0.2 of 40
    assert after["split"].notna().all()


@pytest.mark.parametrize("seed", range(5))
def test_another_seed_moves_no_image_across_the_border_of_test(manifest_of, seed):
    manifest = grow(manifest_of, 60)
    before = split_images(manifest, CONFIG, 1)
    after = resplit(manifest, before, seed)
    assert after["split"].eq("test").tolist() == before["split"].eq("test").tolist()


def test_a_new_relative_of_a_test_image_leaves_and_one_of_a_known_image_is_not_tested_on(manifest_of):
    before = split_images(grow(manifest_of, 60), CONFIG, 1)
    tested, met = before.index[before["split"] == "test"][0], before.index[before["split"] == "train"][0]
    lesions = [None] * 100
    lesions[tested], lesions[60] = "one", "one"
    lesions[met], lesions[61] = "two", "two"
    after = resplit(grow(manifest_of, 60, more=40, lesion_id=lesions), before)
    assert after.loc[60, "excluded_because"] == RELATED_TO_TEST
    assert after.loc[tested, "split"] == "test"
    assert after.loc[61, "split"] not in ("test", None)


def test_the_publishers_new_test_images_are_tested_on_and_no_others_are_taken(manifest_of):
    published = ["test"] * 10 + ["train"] * 50
    before = split_images(grow(manifest_of, 60, publisher_split=published), CONFIG, 1)
    after = resplit(
        grow(manifest_of, 60, more=40, publisher_split=[*published, *["test"] * 5, *["train"] * 35]), before
    )
    assert after.index[after["split"] == "test"].tolist() == [*range(10), *range(60, 65)]


def test_a_test_image_stays_one_though_its_publisher_has_moved_it(manifest_of):
    before = split_images(grow(manifest_of, 60, publisher_split=["test"] * 10 + ["train"] * 50), CONFIG, 1)
    after = resplit(grow(manifest_of, 60, publisher_split=["test"] * 9 + ["train"] * 51), before)
    assert after.loc[9, "split"] == "test"


def test_the_digest_knows_identities_and_roles_and_no_names(manifest_of):
    before = split_images(grow(manifest_of, 20), CONFIG, 1)
    digest = EarlierRoles.of(before).digest
    assert EarlierRoles.of(before.assign(image_id="x").iloc[::-1]).digest == digest
    assert EarlierRoles.of(before.assign(split=before["split"].replace("train", "calibration"))).digest != digest
    assert EarlierRoles.of(before.assign(pixel_sha256=pd.Series(map(str, range(20))))).digest != digest
