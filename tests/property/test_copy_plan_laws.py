"""Copies fill or add to each class exactly, evenly, and only from its own images."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from melanoma.augmentation.plan import plan_copies
from melanoma.config.balance import BalanceConfig

QUICK = settings(max_examples=60, deadline=None)
TRAINING = st.lists(st.sampled_from(["melanoma", "nevus", "wart"]), min_size=1, max_size=40).map(
    lambda names: pd.DataFrame(
        {
            "image_id": [f"{n}" for n in range(len(names))],
            "sha256": [f"{n:064x}" for n in range(len(names))],
            "diagnosis": names,
            "shard": 0,
            "row": range(len(names)),
        }
    )
)
TARGET = st.integers(1, 60)
SEEDS = st.integers(0, 2**31 - 1)


def planned(training, mode, target, seed):
    return plan_copies(training, BalanceConfig(mode=mode, images_per_class=target), seed)


@QUICK
@given(TRAINING, TARGET, SEEDS)
def test_filling_brings_each_class_to_the_target_and_none_above_it(training, target, seed):
    copies = planned(training, "fill", target, seed)
    sizes = training["diagnosis"].value_counts()
    for diagnosis, size in sizes.items():
        assert (copies["diagnosis"] == diagnosis).sum() == max(target - size, 0)


@QUICK
@given(TRAINING, TARGET, SEEDS)
def test_filling_copies_no_image_twice_more_than_another_of_its_class(training, target, seed):
    copies = planned(training, "fill", target, seed)
    per_image = training.assign(copies=training["image_id"].map(copies["image_id"].value_counts()).fillna(0))
    spread = per_image.groupby("diagnosis")["copies"].agg(lambda counts: counts.max() - counts.min())
    assert (spread <= 1).all()


@QUICK
@given(TRAINING, TARGET, SEEDS)
def test_adding_gives_each_class_the_same_number(training, target, seed):
    copies = planned(training, "add", target, seed)
    assert copies["diagnosis"].value_counts().to_dict() == dict.fromkeys(training["diagnosis"].unique(), target)


@QUICK
@given(TRAINING, st.sampled_from(["fill", "add", "none"]), TARGET, SEEDS)
def test_a_copy_is_one_of_a_training_image_under_a_number_of_its_own(training, mode, target, seed):
    copies = planned(training, mode, target, seed)
    assert not copies.duplicated(["image_id", "copy"]).any()
    columns = ["image_id", "sha256", "diagnosis", "shard", "row"]
    assert len(copies[columns].drop_duplicates().merge(training)) == copies["image_id"].nunique()
    assert (copies.groupby("image_id")["copy"].max() + 1 == copies["image_id"].value_counts().sort_index()).all()


@QUICK
@given(TRAINING, TARGET, SEEDS)
def test_a_larger_target_only_ever_adds_copies_where_they_are_filled_evenly(training, target, seed):
    fewer = set(planned(training, "fill", target, seed)[["image_id", "copy"]].itertuples(index=False, name=None))
    more = set(planned(training, "fill", target + 7, seed)[["image_id", "copy"]].itertuples(index=False, name=None))
    assert fewer <= more
