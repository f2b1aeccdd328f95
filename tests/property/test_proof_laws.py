"""Whatever the manifest: the split is proven again, and no image of a group can change its role unseen."""

from dataclasses import replace

import pandas as pd
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from melanoma.config.split import SplitConfig
from melanoma.data.examples import join_copies, name_copies
from melanoma.data.proof import SplitTables, prove_tables
from melanoma.data.roles import ROLES
from melanoma.data.split import split_images

QUICK = settings(max_examples=25, deadline=None)
ROW = st.fixed_dictionaries(
    {
        "diagnosis": st.sampled_from(["melanoma", "nevus"]),
        "publisher_split": st.sampled_from([None, None, "train", "validation", "test"]),
        "lesion_id": st.sampled_from([None, "L1", "L2", "L3", "L4", "L5"]),
        "patient_id": st.sampled_from([None, None, None, "P1", "P2"]),
        "sha256": st.integers(0, 40).map(str),
        "pixel_sha256": st.integers(0, 60).map(str),
        "excluded_because": st.sampled_from([None, None, None, None, "label_conflict"]),
    }
)
MANIFESTS = st.lists(ROW, min_size=2, max_size=40).map(
    lambda rows: pd.DataFrame(rows, dtype="object").assign(image_id=[f"{n:03d}" for n in range(len(rows))])
)
SEEDS = st.integers(0, 2**31 - 1)


def tables_of(manifest, seed):
    rows = split_images(manifest, SplitConfig(), seed)
    examples = join_copies(rows[rows["split"].notna()], name_copies(rows[rows["split"] == "train"].assign(copy=0)))
    return SplitTables(rows, examples, pd.DataFrame({"image_id": []}, dtype="object"), len(rows))


@QUICK
@given(MANIFESTS, SEEDS)
def test_every_split_is_proven_again(manifest, seed):
    assert [claim.text for claim in prove_tables(tables_of(manifest, seed)) if not claim.holds] == []


@QUICK
@given(MANIFESTS, SEEDS, st.integers(0, 39), st.sampled_from(ROLES))
def test_an_image_whose_relative_has_another_role_is_found(manifest, seed, place, role):
    tables = tables_of(manifest, seed)
    rows = tables.manifest
    grouped = rows[rows["split"].notna() & rows["group_id"].duplicated(keep=False)]
    grouped = grouped[grouped.groupby("group_id")["image_id"].transform("count") > 1]
    assume(len(grouped) > 0)
    image = grouped.iloc[place % len(grouped)]
    assume(image["split"] != role)
    moved = rows.assign(split=rows["split"].mask(rows["image_id"] == image["image_id"], role))
    failed = {claim.name for claim in prove_tables(replace(tables, manifest=moved)) if not claim.holds}
    assert {"group_crosses_no_split", "images_are_used_in_their_role"} <= failed
