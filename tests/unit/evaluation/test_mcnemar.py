import itertools

import numpy as np
import pytest
from scipy.stats import binomtest, chi2

from melanoma.evaluation.mcnemar import compare_right


def rights(both, first_only, second_only, neither=0):
    first = [True] * both + [True] * first_only + [False] * second_only + [False] * neither
    second = [True] * both + [False] * first_only + [True] * second_only + [False] * neither
    return np.array(first), np.array(second)


@pytest.mark.parametrize(("first_only", "second_only"), [(1, 0), (3, 9), (8, 8), (20, 4), (0, 24)])
def test_few_images_that_differ_give_the_binomial_test(first_only, second_only):
    first, second = rights(30, first_only, second_only, 5)
    found = compare_right(first, second, np.arange(len(first)))
    expected = binomtest(first_only, first_only + second_only).pvalue
    assert found.p == pytest.approx(expected, rel=1e-9)
    assert (found.first_only, found.second_only) == (first_only, second_only)
    assert found.method == "McNemar, exact, one image per lesion"


def test_many_images_that_differ_give_the_chi_square_test():
    first, second = rights(100, 30, 15)
    found = compare_right(first, second, np.arange(145))
    assert found.p == pytest.approx(chi2.sf((30 - 15) ** 2 / (30 + 15), 1), rel=1e-9)
    assert found.method == "McNemar, chi-square, one image per lesion"


def test_lesions_of_several_images_count_by_every_choice_of_signs():
    # net right per lesion: +3, -1, +2, 0, +1
    first = np.array([1, 1, 1, 0, 1, 1, 1, 0, 1], bool)
    second = np.array([0, 0, 0, 1, 0, 0, 0, 1, 0], bool)
    groups = np.array([0, 0, 0, 1, 2, 2, 3, 3, 4])
    sums = [abs(np.dot(signs, [3, 1, 2, 1])) for signs in itertools.product([-1, 1], repeat=4)]
    found = compare_right(first, second, groups)
    assert found.p == pytest.approx(np.mean([total >= 5 for total in sums]))
    assert found.lesions == 4
    assert found.method == "McNemar, exact, over lesions"


def test_each_image_twice_within_its_lesion_adds_no_certainty():
    first, second = rights(50, 40, 20)
    once = compare_right(first, second, np.arange(110))
    twice = compare_right(np.repeat(first, 2), np.repeat(second, 2), np.repeat(np.arange(110), 2))
    assert twice.p == pytest.approx(once.p)


def test_networks_that_never_differ_are_no_evidence():
    first, second = rights(10, 0, 0, 3)
    assert compare_right(first, second, np.arange(13)).p == 1


def test_chance_alone_is_called_a_difference_as_seldom_as_promised():
    random = np.random.default_rng(7)
    groups = np.repeat(np.arange(80), 2)  # two images of one lesion that go together
    ps = []
    for _ in range(400):
        easy = np.repeat(random.random(80), 2)
        first, second = (np.repeat(random.random(80), 2) * 0.5 + easy * 0.5 < 0.5 for _ in range(2))
        ps.append(compare_right(first, second, groups).p)
    # 5 % of 400 is 20, with a deviation of 4.4
    assert sum(p < 0.05 for p in ps) <= 34
