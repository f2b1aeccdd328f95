"""Whatever the manifest: no group crosses a grouped split, nothing is lost, shares are met as far as groups allow."""

import pandas as pd
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from melanoma.config.split import SplitConfig
from melanoma.data.hold_out import hold_out_groups
from melanoma.data.split import prove_split, split_after_augmentation, split_images

QUICK = settings(max_examples=35, deadline=None)
DIAGNOSES = ("dermatofibroma", "melanoma", "nevus")
ROW = st.fixed_dictionaries(
    {
        "diagnosis": st.sampled_from(DIAGNOSES),
        "publisher_split": st.sampled_from([None, None, "train", "train", "validation", "test"]),
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
SHARES = st.sampled_from([0.1, 0.2, 0.4])
CONFIGS = st.builds(
    SplitConfig,
    validation_share=SHARES,
    test_share=SHARES,
    calibration_share=st.sampled_from([0, 0.1, 0.4]),
    folds=st.sampled_from([0, 2, 3, 5]),
)
PAIRS = st.lists(st.tuples(st.integers(0, 59), st.integers(0, 59)), max_size=5).map(
    lambda pairs: pd.DataFrame(
        [(f"{one:03d}", f"{other:03d}") for one, other in pairs], columns=["image_id", "other_id"], dtype="object"
    )
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
@given(MANIFESTS, CONFIGS, SEEDS, PAIRS)
def test_no_group_crosses_a_grouped_split_or_its_folds(manifest, config, seed, pairs):
    rows = split_images(manifest, config, seed, pairs)
    placed = rows[rows["split"].notna()]
    assert prove_split(rows).crossing == ()
    for tie in ("lesion_id", "patient_id", "sha256", "pixel_sha256", "near_duplicate_id", "group_id"):
        sides = placed[placed[tie].notna()].groupby(tie)[["split", "fold"]].nunique()
        assert sides.le(1).to_numpy().all()
    places = placed.set_index("image_id")["split"].to_dict()
    for one, other in pairs.itertuples(index=False):
        assert one not in places or other not in places or places[one] == places[other]


@QUICK
@given(MANIFESTS, CONFIGS, SEEDS)
def test_every_image_has_either_a_split_or_a_reason_why_not(manifest, config, seed):
    rows = split_images(manifest, config, seed)
    assert rows["image_id"].tolist() == manifest["image_id"].tolist()
    assert (rows["split"].isna() == rows["excluded_because"].notna()).all()
    assert set(rows["split"].dropna()) <= {"train", "validation", "calibration", "test"}
    has_fold = rows["split"].notna() & (rows["split"] != "test") & (config.folds > 0)
    assert (rows["fold"].notna() == has_fold).all()
    was_excluded = manifest["excluded_because"].notna()
    assert (rows.loc[was_excluded, "excluded_because"] == "label_conflict").all()


@QUICK
@given(MANIFESTS, CONFIGS, SEEDS)
def test_no_published_test_image_is_trained_on_and_none_is_added(manifest, config, seed):
    rows = split_images(manifest, config, seed)
    kept = rows[rows["split"].notna()]
    if (kept["publisher_split"] == "test").any():
        assert ((kept["split"] == "test") == (kept["publisher_split"] == "test")).all()
    if (kept["publisher_split"] == "validation").any():
        assert ((kept["split"] == "validation") == (kept["publisher_split"] == "validation")).all()


@QUICK
@given(MANIFESTS, CONFIGS, SEEDS, st.randoms(use_true_random=False))
def test_a_split_does_not_depend_on_the_order_of_rows(manifest, config, seed, random):
    order = list(range(len(manifest)))
    random.shuffle(order)
    shuffled = split_images(manifest.iloc[order].reset_index(drop=True), config, seed)
    columns = ["image_id", "split", "group_id", "fold"]
    expected = split_images(manifest, config, seed)[columns].astype("object").fillna("none").values.tolist()
    assert shuffled.sort_values("image_id")[columns].astype("object").fillna("none").values.tolist() == expected


@QUICK
@given(PURE_GROUPS, st.sampled_from([0.1, 0.2, 0.4]), SEEDS)
def test_each_diagnosis_gives_its_share_within_the_size_of_its_largest_group(groups, share, seed):
    rows = rows_of(groups)
    chosen = hold_out_groups(rows, share, (seed, "test"))
    for _, members in rows.groupby("diagnosis"):
        largest = members["group_id"].value_counts().max()
        given_away = members["group_id"].isin(chosen).sum()
        assert abs(given_away - share * len(members)) <= largest
        assert not set(members["group_id"]) <= chosen


@QUICK
@given(PURE_GROUPS, SEEDS)
def test_the_choice_of_one_diagnosis_does_not_depend_on_the_others(groups, seed):
    rows = rows_of(groups)
    chosen = hold_out_groups(rows, 0.2, (seed, "test"))
    alone = [hold_out_groups(members, 0.2, (seed, "test")) for _, members in rows.groupby("diagnosis")]
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


@QUICK
@given(MANIFESTS, CONFIGS, SEEDS, st.sampled_from(DIAGNOSES))
def test_an_excluded_image_that_is_related_to_none_changes_nothing(manifest, config, seed, diagnosis):
    stranger = {"image_id": "000 first", "diagnosis": diagnosis, "excluded_because": "label_conflict", "sha256": "new"}
    more = pd.concat([manifest, pd.DataFrame([stranger], dtype="object")], ignore_index=True)
    columns = ["image_id", "split", "fold"]
    before = split_images(manifest, config, seed)[columns].astype("object").fillna("none").values.tolist()
    after = split_images(more, config, seed)[columns].iloc[:-1].astype("object").fillna("none").values.tolist()
    assert after == before


@QUICK
@given(PURE_GROUPS, SEEDS)
def test_a_role_lacks_a_diagnosis_only_where_the_roles_before_it_took_its_last_groups(groups, seed):
    manifest = rows_of(groups).assign(publisher_split=None, excluded_because=None)
    manifest = manifest.assign(lesion_id=manifest["group_id"], patient_id=None, sha256=None, pixel_sha256=None)
    rows = split_images(manifest, SplitConfig(), seed)
    order = ("train", "test", "validation", "calibration")
    for _, members in rows.groupby("diagnosis"):
        available = members["group_id"].nunique()
        assert set(members["split"]) == set(order[:available])
