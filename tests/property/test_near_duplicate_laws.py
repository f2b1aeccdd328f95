"""Pairs name two images of the manifest, never one twice, and do not depend on the order of the rows."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from melanoma.data.measures.perceptual_hash import MEASURE
from melanoma.validation.near_duplicates import find_near_duplicates

QUICK = settings(max_examples=15, deadline=None)
SIDE = 96


def draw_pool():
    """Return six pictures: two textures, a turned one, a recoloured one, and two blank ones."""
    random = np.random.default_rng(1)
    texture = [gaussian_filter(random.normal(size=(SIDE, SIDE, 1)), (1.5, 1.5, 0)) for _ in range(2)]
    first, second = (np.repeat((150 + 200 * t).clip(30, 220), 3, axis=2).astype(np.uint8) for t in texture)
    blank = np.full_like(first, 120)
    return np.stack([first, second, np.rot90(first), (second * 0.8).astype(np.uint8), blank, blank + 1])


POOL = draw_pool()
POOL_HASHES = MEASURE.measure(np.stack([p[np.ix_(range(16, 80), range(16, 80))] for p in POOL]))


def manifest_of(chosen):
    names = [f"image {n:02d}" for n in range(len(chosen))]
    hashes = POOL_HASHES.iloc[chosen].reset_index(drop=True)
    return pd.DataFrame({"image_id": names, "sha256": names, "pixels": chosen, "width": SIDE, "height": SIDE}).join(
        hashes
    )


def pairs_of(manifest):
    places = manifest["pixels"].to_numpy()
    return find_near_duplicates(manifest, lambda rows: POOL[places[list(rows)]])


CHOICES = st.lists(st.integers(0, len(POOL) - 1), min_size=1, max_size=12)


@QUICK
@given(CHOICES)
def test_a_pair_names_two_images_of_the_manifest_in_order(chosen):
    manifest = manifest_of(chosen)
    pairs = pairs_of(manifest)
    assert (pairs["image_id"] < pairs["other_id"]).all()
    assert set(pairs["image_id"]) | set(pairs["other_id"]) <= set(manifest["image_id"])
    assert not pairs.duplicated(["image_id", "other_id"]).any()
    assert pairs["similarity"].between(0, 1.001, inclusive="right").all()


@QUICK
@given(CHOICES, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(chosen, random):
    manifest = manifest_of(chosen)
    order = list(range(len(chosen)))
    random.shuffle(order)
    pd.testing.assert_frame_equal(pairs_of(manifest.iloc[order]), pairs_of(manifest))


@QUICK
@given(st.lists(st.sampled_from([4, 5]), min_size=2, max_size=12))
def test_blank_pictures_have_no_pair(chosen):
    assert pairs_of(manifest_of(chosen)).empty


@QUICK
@given(CHOICES)
def test_pictures_of_different_textures_are_never_paired(chosen):
    manifest = manifest_of(chosen)
    texture = manifest.set_index("image_id")["pixels"] % 2
    pairs = pairs_of(manifest)
    assert (pairs["image_id"].map(texture) == pairs["other_id"].map(texture)).all()
