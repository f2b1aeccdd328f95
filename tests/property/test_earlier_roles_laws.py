"""Laws of a split that knows an earlier one, for all sets that grow."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from melanoma.config.split import SplitConfig
from melanoma.data.earlier_roles import EarlierRoles, find_earlier_roles
from melanoma.data.roles import CALIBRATION, TEST, TRAIN, VALIDATION
from melanoma.data.split import RELATED_TO_TEST, prove_split, split_images


@settings(max_examples=40)
@given(
    seed=st.integers(0, 99),
    count=st.integers(20, 80),
    more=st.integers(0, 60),
    lesions=st.integers(10, 90),
    later=st.integers(0, 9),
)
def test_test_images_stay_and_nothing_that_was_met_is_tested_on(manifest_of, seed, count, more, lesions, later):
    random = np.random.default_rng(seed)
    whole = manifest_of(
        image_id=[f"{n:04d}.jpg" for n in range(count + more)],
        isic_id=[None] * (count + more),
        diagnosis=random.choice(["nevus", "melanoma", "vascular lesion"], count + more),
        lesion_id=[f"lesion {n}" for n in random.integers(lesions, size=count + more)],
    )
    config = SplitConfig()
    before = split_images(whole.iloc[:count], config, seed)
    earlier = find_earlier_roles(whole, EarlierRoles.of(before).rows)
    after = split_images(whole, config, later, None, earlier)
    old = after.iloc[:count]
    assert set(old.index[old["split"] == TEST]) == set(before.index[before["split"] == TEST])
    met = before["split"].isin([TRAIN, VALIDATION, CALIBRATION])
    assert not (old.loc[met, "split"] == TEST).any()
    assert set(after.loc[after["split"].isna(), "excluded_because"]) <= {RELATED_TO_TEST}
    assert prove_split(after).crossing == ()
