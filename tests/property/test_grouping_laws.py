"""A grouping is the finest partition in which equal lesions, patients, bytes or pixels stand together."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from melanoma.data.grouping import group_images

TIE = st.one_of(st.none(), st.sampled_from("abcde"))
TIES = ("lesion_id", "patient_id", "sha256", "pixel_sha256")
ROWS = st.lists(st.tuples(TIE, TIE, TIE, TIE), min_size=1, max_size=25)
QUICK = settings(max_examples=60, deadline=None)


def manifest_of(rows):
    names = [f"{n:03d}" for n in range(len(rows))]
    return pd.DataFrame(rows, columns=list(TIES), dtype="object").assign(image_id=names)


def reachable(rows):
    """The transitive closure of 'shares a value', by repeated squaring: an independent, slow definition."""
    related = np.array(
        [[a == b or any(x is not None and x == y for x, y in zip(a, b, strict=True)) for b in rows] for a in rows]
    )
    np.fill_diagonal(related, True)
    for _ in range(len(rows).bit_length()):
        related = related @ related
    return related


def untie_equal_rows(rows):
    """Equal rows of nothing but null are not related; mark them apart for the closure."""
    return [
        row if any(value is not None for value in row) else (("alone", n),) * len(TIES) for n, row in enumerate(rows)
    ]


@QUICK
@given(ROWS)
def test_two_images_are_in_one_group_exactly_if_ties_lead_from_one_to_the_other(rows):
    groups = group_images(manifest_of(rows)).to_numpy()
    assert np.array_equal(groups[:, None] == groups[None, :], reachable(untie_equal_rows(rows)))


@QUICK
@given(ROWS)
def test_a_group_is_named_for_its_smallest_image(rows):
    manifest = manifest_of(rows)
    groups = group_images(manifest)
    for name, members in manifest.groupby(groups):
        assert name == members["image_id"].min()


@QUICK
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows, random):
    manifest = manifest_of(rows)
    order = list(range(len(rows)))
    random.shuffle(order)
    assert group_images(manifest.iloc[order]).sort_index().tolist() == group_images(manifest).tolist()


@QUICK
@given(ROWS, ROWS)
def test_more_images_only_ever_join_groups(first, more):
    before = group_images(manifest_of(first)).to_numpy()
    after = group_images(manifest_of(first + more)).to_numpy()[: len(first)]
    together = before[:, None] == before[None, :]
    assert (after[:, None] == after[None, :])[together].all()


@QUICK
@given(ROWS, st.lists(st.tuples(st.integers(0, 24), st.integers(0, 24)), max_size=8))
def test_a_pair_ties_exactly_as_a_value_that_the_two_share(rows, pairs):
    manifest = manifest_of(rows)
    known = [pair for pair in pairs if max(pair) < len(rows)]
    names = pd.DataFrame(
        [(f"{one:03d}", f"{other:03d}") for one, other in pairs], columns=["image_id", "other_id"], dtype="object"
    )
    shared = {}
    for number, (one, other) in enumerate(known):
        shared[f"pair {number}"] = ["x" if n in (one, other) else None for n in range(len(rows))]
    expected = group_images(manifest.assign(**shared), (*TIES, *shared))
    assert group_images(manifest, TIES, names).tolist() == expected.tolist()
