import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from melanoma.data.measures.appearance import measure

seeds = st.integers(0, 2**32 - 1)


def pictures(seed, count=3):
    """Blots of random colours: uint8 [count, 64, 64, 3]."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (count, 8, 8, 3)).repeat(8, axis=1).repeat(8, axis=2)
    return np.clip(coarse + random.normal(0, random.uniform(0, 30), coarse.shape), 0, 255).astype(np.uint8)


@given(seeds, st.integers(1, 70), st.randoms(use_true_random=False))
def test_a_row_depends_on_its_own_picture_alone(seed, company, random):
    own = pictures(seed, 1)
    others = pictures(seed + 1, company)
    place = random.randint(0, company)
    together = measure(np.concatenate([others[:place], own, others[place:]]))
    np.testing.assert_array_equal(together.iloc[place], measure(own).iloc[0])


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("mirror", [False, True])
@given(seeds)
def test_a_turned_or_mirrored_picture_measures_the_same(turns, mirror, seed):
    upright = pictures(seed)
    other = np.rot90(upright[:, :, ::-1] if mirror else upright, turns, axes=(1, 2))
    np.testing.assert_allclose(measure(other), measure(upright), rtol=1e-4, atol=1e-3)


@given(seeds)
def test_shares_and_scores_are_between_0_and_1(seed):
    table = measure(pictures(seed))
    for name in ("dark_corners", "ruler_marks", "skin_share", "grey_share", "green_share", "plain_share"):
        assert table[name].between(0, 1).all()


@given(seeds)
def test_the_pictures_are_not_changed(seed):
    before = pictures(seed)
    after = before.copy()
    measure(after)
    np.testing.assert_array_equal(before, after)
