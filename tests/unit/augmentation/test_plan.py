import pytest

from melanoma.augmentation.plan import is_mostly_copies, plan_copies
from melanoma.config.balance import BalanceConfig


@pytest.fixture
def training(manifest_of):
    """Three melanomas and seven nevi."""
    return manifest_of(
        image_id=[f"{n}" for n in range(10)],
        diagnosis=["melanoma"] * 3 + ["nevus"] * 7,
        shard=[0, 1] * 5,
        row=list(range(10)),
    )


def copies_of(training, mode, images_per_class=10, seed=1):
    return plan_copies(training, BalanceConfig(mode=mode, images_per_class=images_per_class), seed)


def test_filling_makes_up_what_each_class_lacks_evenly(training):
    copies = copies_of(training, "fill")
    assert copies["diagnosis"].value_counts().to_dict() == {"melanoma": 7, "nevus": 3}
    # 7 copies of 3 images: 3 + 2 + 2; 3 copies of 7: one each for three of them
    counts = copies.groupby(["diagnosis", "image_id"]).size()
    assert sorted(counts["melanoma"]) == [2, 2, 3]
    assert sorted(counts["nevus"]) == [1, 1, 1]


def test_a_class_that_is_full_gets_no_copy(training):
    copies = copies_of(training, "fill", images_per_class=5)
    assert copies["diagnosis"].value_counts().to_dict() == {"melanoma": 2}


def test_adding_gives_each_class_the_same_number_of_copies(training):
    copies = copies_of(training, "add", images_per_class=50)
    assert copies["diagnosis"].value_counts().to_dict() == {"melanoma": 50, "nevus": 50}
    assert copies["image_id"].nunique() == 10


def test_the_mode_none_makes_none(training):
    assert len(copies_of(training, "none")) == 0
    assert set(training.columns) | {"copy"} == set(copies_of(training, "none").columns)


@pytest.mark.parametrize("mode", ["fill", "add"])
def test_copies_of_an_image_are_numbered_from_0_and_keep_its_columns(training, mode):
    copies = copies_of(training, mode, images_per_class=30)
    for image, made in copies.groupby("image_id"):
        assert made["copy"].tolist() == list(range(len(made)))
        for column in ("sha256", "diagnosis", "shard", "row"):
            assert set(made[column]) == set(training.loc[training["image_id"] == image, column])


@pytest.mark.parametrize("mode", ["fill", "add"])
def test_a_plan_repeats_with_its_seed_and_differs_with_another(training, mode):
    plans = [copies_of(training, mode, seed=seed)["image_id"].tolist() for seed in (1, 1, 2, 3, 4)]
    assert plans[0] == plans[1]
    assert len({tuple(plan) for plan in plans}) > 1


def test_who_gets_one_copy_more_follows_from_content_and_not_from_order(training):
    shuffled = training.sample(frac=1, random_state=3).reset_index(drop=True)
    assert sorted(copies_of(training, "fill")["image_id"]) == sorted(copies_of(shuffled, "fill")["image_id"])


def test_another_class_changes_nothing_for_this_one(training):
    alone = copies_of(training[training["diagnosis"] == "melanoma"], "fill")["image_id"].tolist()
    together = copies_of(training, "fill")
    assert together.loc[together["diagnosis"] == "melanoma", "image_id"].tolist() == alone


def test_the_training_rows_are_left_as_they_were(training):
    before = training.copy()
    copies_of(training, "fill")
    assert training.equals(before)


def test_a_class_of_one_image_is_filled_with_its_copies(manifest_of):
    alone = manifest_of(image_id=["a"], diagnosis=["melanoma"], shard=[0], row=[0])
    copies = copies_of(alone, "fill", images_per_class=300)
    assert (len(copies), copies["copy"].tolist()) == (299, list(range(299)))


def test_a_class_of_exactly_the_size_asked_for_gets_none(training):
    assert set(copies_of(training, "fill", images_per_class=7)["diagnosis"]) == {"melanoma"}


def test_adding_what_is_no_multiple_of_a_class_adds_exactly_that(training):
    """11 copies of 3 and of 7 images: neither 3 nor 7 divides 11."""
    assert copies_of(training, "add", images_per_class=11)["diagnosis"].value_counts().to_dict() == {
        "melanoma": 11,
        "nevus": 11,
    }


@pytest.mark.parametrize("mode", ["fill", "add", "none"])
def test_no_training_images_get_no_copies(training, mode):
    assert len(copies_of(training.iloc[:0], mode)) == 0


def test_a_word_is_due_from_twenty_copies_of_each_image():
    assert not is_mostly_copies(originals=10, copies=199)
    assert is_mostly_copies(originals=10, copies=200)
    assert is_mostly_copies(originals=0, copies=20)
    assert not is_mostly_copies(originals=0, copies=0)
