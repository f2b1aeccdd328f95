"""Whatever the manifest: no group crosses a grouped split, nothing is lost, shares are met as far as groups allow."""

import pandas as pd
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from melanoma.config.split import SplitConfig
from melanoma.data.split import hold_out_groups, prove_split, split_after_augmentation, split_images

QUICK = settings(max_examples=35, deadline=None)
DIAGNOSES = ("dermatofibroma", "melanoma", "nevus")
ROW = st.fixed_dictionaries(
    {
        "diagnosis": st.sampled_from(DIAGNOSES),
        "publisher_split": st.sampled_from([None, None, "train", "train", "test"]),
        "lesion_id": st.sampled_from([None, None, "L1", "L2", "L3"]),
        "patient_id": st.sampled_from([None, None, None, "P1", "P2"]),
        "sha256": st.integers(0, 40).map(str),
        "pixel_sha256": st.integers(0, 60).map(str),
        "excluded_because": st.sampled_from([None, None, None, None, "label_conflict"]),
    }
)
MANIFESTS = st.lists(ROW, min_size=1, max_size=60).map(
    lambda rows: pd.DataFrame(rows, dtype="object").assign(image_id=[f"{n:03d}" for n in range(len(rows))])
)
CONFIGS = st.builds(
    SplitConfig, validation_share=st.sampled_from([0.1, 0.2, 0.4]), test_share=st.sampled_from([0.1, 0.2, 0.4])
)
SEEDS = st.integers(0, 2**31 - 1)
PURE_GROUPS = st.lists(st.tuples(st.sampled_from(DIAGNOSES), st.integers(1, 9)), min_size=1, max_size=40)


def rows_of(groups):
    """One row per image of groups that are given as diagnosis and size."""
    return pd.DataFrame(
        [
            {"image_id": f"{group:03d}.{image}", "diagnosis": diagnosis, "group_id": f"{group:03d}"}
            for group, (diagnosis, size) in enumerate(groups)
            for image in range(size)
        ]
    )


@QUICK
@given(MANIFESTS, CONFIGS, SEEDS)
def test_no_group_crosses_a_grouped_split(manifest, config, seed):
    rows = split_images(manifest, config, seed)
    placed = rows[rows["split"].notna()]
    assert prove_split(rows).crossing == ()
    for tie in ("lesion_id", "patient_id", "sha256", "pixel_sha256", "group_id"):
        assert placed[placed[tie].notna()].groupby(tie)["split"].nunique().le(1).all()


@QUICK
@given(MANIFESTS, CONFIGS, SEEDS)
def test_every_image_has_either_a_split_or_a_reason_why_not(manifest, config, seed):
    rows = split_images(manifest, config, seed)
    assert rows["image_id"].tolist() == manifest["image_id"].tolist()
    assert (rows["split"].isna() == rows["excluded_because"].notna()).all()
    assert set(rows["split"].dropna()) <= {"train", "validation", "test"}
    was_excluded = manifest["excluded_because"].notna()
    assert (rows.loc[was_excluded, "excluded_because"] == "label_conflict").all()


@QUICK
@given(MANIFESTS, CONFIGS, SEEDS)
def test_no_published_test_image_is_trained_on_and_none_is_added(manifest, config, seed):
    rows = split_images(manifest, config, seed)
    kept = rows[rows["split"].notna()]
    if (kept["publisher_split"] == "test").any():
        assert ((kept["split"] == "test") == (kept["publisher_split"] == "test")).all()


@QUICK
@given(MANIFESTS, CONFIGS, SEEDS, st.randoms(use_true_random=False))
def test_a_split_does_not_depend_on_the_order_of_rows(manifest, config, seed, random):
    order = list(range(len(manifest)))
    random.shuffle(order)
    shuffled = split_images(manifest.iloc[order].reset_index(drop=True), config, seed)
    columns = ["image_id", "split", "group_id"]
    expected = split_images(manifest, config, seed)[columns].fillna("none").values.tolist()
    assert shuffled.sort_values("image_id")[columns].fillna("none").values.tolist() == expected


@QUICK
@given(PURE_GROUPS, st.sampled_from([0.1, 0.2, 0.4]), SEEDS)
def test_each_diagnosis_gives_its_share_within_the_size_of_its_largest_group(groups, share, seed):
    rows = rows_of(groups)
    chosen = hold_out_groups(rows, share, seed, "test")
    for _, members in rows.groupby("diagnosis"):
        largest = members["group_id"].value_counts().max()
        given_away = members["group_id"].isin(chosen).sum()
        assert abs(given_away - share * len(members)) <= largest
        assert not set(members["group_id"]) <= chosen


@QUICK
@given(PURE_GROUPS, SEEDS)
def test_the_choice_of_one_diagnosis_does_not_depend_on_the_others(groups, seed):
    rows = rows_of(groups)
    chosen = hold_out_groups(rows, 0.2, seed, "test")
    alone = [hold_out_groups(members, 0.2, seed, "test") for _, members in rows.groupby("diagnosis")]
    assert chosen == set().union(*alone)


@QUICK
@given(st.lists(st.sampled_from(["train", "test"]), min_size=1, max_size=80), st.sampled_from([0.1, 0.2, 0.4]), SEEDS)
def test_the_leaking_split_takes_its_share_of_training_rows_and_no_test_row(splits, share, seed):
    examples = pd.DataFrame({"split": splits})
    divided = split_after_augmentation(examples, share, seed)["split"]
    assert (divided == "validation").sum() == int(share * splits.count("train"))
    assert (divided == "test").tolist() == [split == "test" for split in splits]


@settings(QUICK, phases=[Phase.generate])
@given(MANIFESTS, CONFIGS, SEEDS)
def test_a_diagnosis_that_could_be_trained_on_is_trained_on(manifest, config, seed):
    """Without a publisher's test folder, each diagnosis that is left keeps a group for training."""
    rows = split_images(manifest.assign(publisher_split=None, excluded_because=None), config, seed)
    assert prove_split(rows).absent["train"] == ()
