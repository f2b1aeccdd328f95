"""Planted drift is found, none is not, and many tests together raise no more false alarms than one."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact

from melanoma.registry.drift import DriftTest, compare_classes, compare_measures, correct_holm

COLUMNS = tuple("abcdef")


def rows(random, count, shift=0.0, per_group=1):
    table = pd.DataFrame({name: random.normal(size=count) for name in COLUMNS})
    names = [f"i{n:04d}" for n in range(count)]
    return table.assign(a=table["a"] + shift, image_id=names, group_id=[f"g{n // per_group}" for n in range(count)])


def test_a_planted_shift_is_found_in_its_measure_alone():
    random = np.random.default_rng(5)
    found = correct_holm(compare_measures(rows(random, 60, shift=2.0), rows(random, 200), COLUMNS))
    assert [test.what for test in found if test.drifted] == ["a"]
    assert found[0].new_median - found[0].old_median == pytest.approx(2, abs=0.5)


def test_the_distance_is_the_largest_gap_of_the_distribution_functions():
    new = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "image_id": list("wxyz"), "group_id": list("wxyz")})
    old = new.assign(a=[3.5, 5.0, 6.0, 7.0])
    (found,) = compare_measures(new, old, ["a"])
    assert found.distance == 0.75  # at 3: 3/4 of the new, none of the old


def test_images_of_one_lesion_count_once():
    random = np.random.default_rng(6)
    # Ten lesions of twenty images each: 200 images would call any difference between lesions drift.
    lesions = rows(random, 10, shift=0.6)
    many = lesions.loc[lesions.index.repeat(20)].reset_index(drop=True)
    many["image_id"] = [f"m{n:04d}" for n in range(200)]
    old = rows(random, 100)
    assert compare_measures(many, old, ["a"])[0].p == pytest.approx(compare_measures(lesions, old, ["a"])[0].p)


def test_without_drift_a_false_alarm_is_as_rare_as_it_is_said_to_be():
    alarms = 0
    for seed in range(200):
        random = np.random.default_rng(seed)
        found = correct_holm(compare_measures(rows(random, 30), rows(random, 80), COLUMNS))
        alarms += any(test.drifted for test in found)
    assert alarms / 200 < 0.1  # 0.05 and three standard deviations of 200 draws


def test_classes_of_two_by_two_have_the_p_of_fishers_test():
    new, old = pd.Series(["nevus"] * 9 + ["melanoma"] * 3), pd.Series(["nevus"] * 6 + ["melanoma"] * 14)
    found = compare_classes(new, old, seed=3)
    exact = fisher_exact([[9, 3], [6, 14]]).pvalue
    assert found.p == pytest.approx(exact, abs=0.02)
    assert found.distance == pytest.approx(9 / 12 - 6 / 20)
    assert compare_classes(new, old, seed=3) == found


def test_a_model_that_always_says_the_same_shows_no_drift_of_classes():
    same = pd.Series(["nevus"] * 9)
    assert (compare_classes(same, same, 1).p, compare_classes(same, same, 1).distance) == (1.0, 0.0)


def test_correction_keeps_the_order_of_the_tests_and_of_their_p():
    found = correct_holm([DriftTest(str(p), 0, None, None, p) for p in (0.04, 0.01, 0.03, 1.0)])
    # Sorted 0.01 * 4, 0.03 * 3, 0.04 * 2 raised to 0.09, 1.
    assert [test.p_holm for test in found] == pytest.approx([0.09, 0.04, 0.09, 1.0])
    assert found[1].to_json()["drifted"] is True
