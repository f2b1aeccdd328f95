"""Planted drift is found, none is not, and many tests together raise no more false alarms than one."""

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import chi2_contingency, fisher_exact, ks_2samp

from melanoma.registry.drift import (
    DriftTest,
    compare_numbers,
    compare_vectors,
    compare_words,
    correct_holm,
    speak_for_groups,
)
from melanoma.registry.permutation import draw_sides

COLUMNS = tuple("abcdef")
QUICK = 499


def draw(random, count, shift=0.0):
    """Return numbers of six kinds, words and vectors; a shift moves the first of each."""
    words = np.where(random.random(count) < 0.3 + shift / 4, "melanoma", "nevus")
    vectors = random.normal(size=(count, 16))
    vectors[:, 0] += shift
    numbers = {name: random.normal(size=count) + (shift if name == "a" else 0) for name in COLUMNS}
    return numbers, pd.Series(words), vectors


def compare_all(new, old, seed):
    sides = draw_sides(len(new[1]), len(old[1]), seed, 199)  # 8 of 200: enough for p after correction
    tests = [compare_numbers(name, np.append(new[0][name], old[0][name]), sides) for name in COLUMNS]
    tests.append(compare_words("words", pd.concat([new[1], old[1]], ignore_index=True), sides))
    return correct_holm([*tests, compare_vectors("vectors", np.concatenate([new[2], old[2]]), sides)])


def test_a_planted_shift_is_found_where_it_is_and_nowhere_else():
    random = np.random.default_rng(5)
    found = compare_all(draw(random, 60, shift=2.0), draw(random, 200), 5)
    assert [test.what for test in found if test.drifted] == ["a", "words", "vectors"]
    assert found[0].new_median - found[0].old_median == pytest.approx(2, abs=0.5)


def test_without_drift_a_false_alarm_in_any_of_eight_tests_is_as_rare_as_it_is_said_to_be():
    alarms = 0
    for seed in range(120):
        random = np.random.default_rng(seed)
        alarms += any(test.drifted for test in compare_all(draw(random, 30), draw(random, 80), seed))
    assert alarms / 120 < 0.11  # 0.05 and three standard deviations of 120 draws


@pytest.mark.parametrize("kind", ["numbers", "vectors"])
def test_the_p_of_one_test_is_uniform_without_drift(kind):
    below = 0
    for seed in range(300):
        random = np.random.default_rng(seed)
        sides = draw_sides(12, 25, seed, 199)
        values = random.exponential(size=(37, 3))
        test = compare_numbers("a", values[:, 0], sides) if kind == "numbers" else compare_vectors("v", values, sides)
        below += test.p <= 0.2
    assert 0.13 < below / 300 < 0.27  # 0.2 and three standard deviations of 300 draws; few steps of small sets below


def test_lesions_of_many_images_raise_no_more_alarms_than_lesions_of_one():
    alarms = 0
    for seed in range(200):
        random = np.random.default_rng(seed)
        lesions = np.repeat(random.normal(size=40), 10) + random.normal(0, 0.1, 400)
        groups = np.repeat([f"g{n}" for n in range(40)], 10)
        rows = pd.DataFrame({"a": lesions, "group_id": groups, "image_id": [f"{n:04d}" for n in range(400)]})
        sides_of = (rows[:100], rows[100:])  # whole lesions on either side
        new, old = (speak_for_groups(part.reset_index(drop=True), seed)["a"] for part in sides_of)
        test = compare_numbers("a", np.append(new, old), draw_sides(len(new), len(old), seed, 199))
        alarms += test.p < 0.05
    assert alarms / 200 < 0.1


def test_one_image_speaks_for_each_group_and_some_groups_for_many():
    rows = pd.DataFrame({"image_id": ["d", "b", "c", "a"], "group_id": ["x", "x", "y", "z"]})
    assert speak_for_groups(rows, 1)["image_id"].tolist() == ["a", "b", "c"]
    some = speak_for_groups(rows, 1, most=2)
    assert len(some) == 2
    assert some.equals(speak_for_groups(rows, 1, most=2))
    assert set(some["group_id"]) < {"x", "y", "z"}


def test_a_gap_is_that_of_scipy_and_its_p_close_to_the_exact_one():
    random = np.random.default_rng(2)
    new, old = random.normal(0.6, 1, 20), random.normal(0, 1, 30)
    found = compare_numbers("a", np.append(new, old), draw_sides(20, 30, 3))
    known = ks_2samp(new, old, method="exact")
    assert found.distance == pytest.approx(known.statistic)
    assert found.p == pytest.approx(known.pvalue, abs=0.02)


def test_equal_values_are_one_step_of_the_distribution_functions():
    values = np.array([1.0, 1.0, 2.0, 1.0, 2.0, 2.0])
    found = compare_numbers("a", values, draw_sides(3, 3, 1, QUICK))
    assert found.distance == pytest.approx(1 / 3)  # at 1: 2/3 of the new, 1/3 of the old; nothing within the run


def test_what_is_not_known_counts_as_a_value_below_all_others():
    values = np.array([np.nan] * 15 + [50.0] * 5 + [50.0] * 20)
    found = compare_numbers("age", values, draw_sides(20, 20, 1, QUICK))
    assert found.distance == 0.75
    assert found.drifted is False  # not corrected yet
    assert found.p == pytest.approx(1 / (QUICK + 1), abs=0.003)
    assert (found.new_median, found.old_median) == (50.0, 50.0)
    assert found.shown["new"]["unknown"] == 0.75
    none = compare_numbers("age", np.append(np.full(20, np.nan), np.full(20, 50.0)), draw_sides(20, 20, 1, QUICK))
    assert (none.distance, none.new_median) == (1.0, None)


def test_words_of_two_by_two_have_the_p_of_fishers_test():
    words = pd.Series(["nevus"] * 9 + ["melanoma"] * 3 + ["nevus"] * 6 + ["melanoma"] * 14)
    found = compare_words("classes", words, draw_sides(12, 20, 3))
    assert found.p == pytest.approx(fisher_exact([[9, 3], [6, 14]]).pvalue, abs=0.02)
    assert found.distance == pytest.approx(9 / 12 - 6 / 20)
    assert found.shown == {"names": ["melanoma", "nevus"], "new": [3 / 12, 9 / 12], "old": [14 / 20, 6 / 20]}


def test_many_words_have_the_p_of_chi_square_where_that_holds():
    random = np.random.default_rng(4)
    words = pd.Series(np.append(random.choice(list("abc"), 300, p=[0.4, 0.3, 0.3]), random.choice(list("abc"), 400)))
    table = pd.crosstab(np.arange(700) < 300, words)
    found = compare_words("letters", words, draw_sides(300, 400, 3))
    assert found.p == pytest.approx(chi2_contingency(table, correction=False).pvalue, abs=0.02)


def test_a_model_that_always_says_the_same_shows_no_drift_of_classes():
    found = compare_words("classes", pd.Series(["nevus"] * 18), draw_sides(9, 9, 1, QUICK))
    assert (found.p, found.distance) == (1.0, 0.0)


def test_an_unknown_word_is_a_word():
    found = compare_words("sex", pd.Series([None] * 10 + ["male"] * 10), draw_sides(10, 10, 1, QUICK))
    assert found.shown["names"] == ["male", "unknown"]
    assert found.distance == 1.0


def test_the_distance_of_clouds_is_the_coefficient_of_their_energy():
    random = np.random.default_rng(3)
    vectors = random.normal(size=(30, 4))
    vectors[:10, 1] += 3
    scaled = (vectors - vectors.mean(axis=0)) / vectors.std(axis=0)
    new, old = scaled[:10], scaled[10:]
    between = 2 * cdist(new, old).mean()
    energy = between - cdist(new, new).mean() - cdist(old, old).mean()
    found = compare_vectors("v", vectors, draw_sides(10, 20, 1, QUICK))
    assert found.distance == pytest.approx(energy / between)
    assert found.p == pytest.approx(1 / (QUICK + 1), abs=0.003)
    assert (len(found.shown["new"]), len(found.shown["old"])) == (10, 20)


def test_clouds_of_one_point_are_not_apart():
    found = compare_vectors("v", np.ones((12, 3)), draw_sides(4, 8, 1, QUICK))
    assert (found.distance, found.p) == (0.0, 1.0)


def test_correction_keeps_the_order_of_the_tests_and_of_their_p():
    found = correct_holm([DriftTest(str(p), "words", 0, p, shown={"names": []}) for p in (0.04, 0.01, 0.03, 1.0)])
    # Sorted 0.01 * 4, 0.03 * 3, 0.04 * 2 raised to 0.09, 1.
    assert [test.p_holm for test in found] == pytest.approx([0.09, 0.04, 0.09, 1.0])
    assert found[1].to_json() == {
        "what": "0.01",
        "kind": "words",
        "distance": 0,
        "p": 0.01,
        "new_median": None,
        "old_median": None,
        "p_holm": 0.04,
        "drifted": True,
    }
