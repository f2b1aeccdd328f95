import numpy as np
import pytest
import scipy.stats
from sklearn.metrics import roc_auc_score

from melanoma.evaluation.delong import AurocDifference, RankedPair, compare_auroc


def scores_of(size, signal, seed, ties=False):
    random = np.random.default_rng(seed)
    positive = np.arange(size) % 3 == 0
    scores = signal * positive + random.normal(size=size)
    return positive, np.round(scores, 1) if ties else scores


def pair_of(size=60, seed=0, ties=True):
    positive, first = scores_of(size, 1.5, seed, ties)
    second = 0.5 * first + scores_of(size, 0.3, seed + 100, ties)[1]
    return RankedPair(first, second, positive)


def kernel(scores, positive):
    """Return psi of each positive against each negative, [P, N]: 1, 1/2 or 0."""
    difference = scores[positive][:, None] - scores[~positive][None]
    return (difference > 0) + 0.5 * (difference == 0)


def delong_variance(pair):
    """Return S10 / m + S01 / n of DeLong et al., from placement values written out."""
    tables = [kernel(scores, pair.is_positive) for scores in (pair.first, pair.second)]
    v10 = np.stack([table.mean(axis=1) for table in tables])
    v01 = np.stack([table.mean(axis=0) for table in tables])
    covariance = np.cov(v10) / v10.shape[1] + np.cov(v01) / v01.shape[1]
    return covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]


def obuchowski_variance(pair, groups):
    """Return the variance of the difference by the formulas of the paper, sums over lesions written out."""
    tables = [kernel(scores, pair.is_positive) for scores in (pair.first, pair.second)]
    areas = [table.mean() for table in tables]
    m, n = tables[0].shape
    of_positive, of_negative = groups[pair.is_positive], groups[~pair.is_positive]
    names = np.unique(groups)
    x = np.zeros((2, len(names)))
    y = np.zeros((2, len(names)))
    for r in range(2):
        for i, name in enumerate(names):
            x[r, i] = (tables[r].mean(axis=1)[of_positive == name] - areas[r]).sum()
            y[r, i] = (tables[r].mean(axis=0)[of_negative == name] - areas[r]).sum()
    i10, i01, total = len(set(of_positive)), len(set(of_negative)), len(names)
    s10 = i10 / ((i10 - 1) * m) * x @ x.T
    s01 = i01 / ((i01 - 1) * n) * y @ y.T
    s11 = total / (total - 1) * x @ y.T
    covariance = s10 / m + s01 / n + (s11 + s11.T) / (m * n)
    return covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]


@pytest.mark.parametrize("ties", [False, True])
def test_both_areas_are_those_of_scikit_learn(ties):
    pair = pair_of(ties=ties)
    found = compare_auroc([pair], np.arange(60))
    assert found.first == pytest.approx(roc_auc_score(pair.is_positive, pair.first), abs=1e-12)
    assert found.second == pytest.approx(roc_auc_score(pair.is_positive, pair.second), abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_one_image_per_lesion_gives_the_variance_of_delong(seed):
    pair = pair_of(seed=seed)
    assert compare_auroc([pair], np.arange(60)).variance == pytest.approx(delong_variance(pair), rel=1e-10)


@pytest.mark.parametrize("seed", range(5))
def test_images_that_share_lesions_give_the_variance_of_obuchowski(seed):
    pair = pair_of(seed=seed)
    groups = np.unique(np.random.default_rng(seed).integers(0, 25, 60), return_inverse=True)[1]
    assert compare_auroc([pair], groups).variance == pytest.approx(obuchowski_variance(pair, groups), rel=1e-10)


def test_each_image_three_times_within_its_lesion_adds_no_certainty():
    pair = pair_of()
    thrice = RankedPair(*(np.repeat(column, 3) for column in (pair.first, pair.second, pair.is_positive)))
    once, again = compare_auroc([pair], np.arange(60)), compare_auroc([thrice], np.repeat(np.arange(60), 3))
    assert (again.value, again.variance) == pytest.approx((once.value, once.variance))
    assert compare_auroc([thrice], np.arange(180)).variance < 0.4 * once.variance


def test_two_classes_that_are_one_question_give_their_mean_no_other_variance():
    pair = pair_of()
    mirrored = RankedPair(-pair.first, -pair.second, ~pair.is_positive)
    alone, mean = compare_auroc([pair], np.arange(60)), compare_auroc([pair, mirrored], np.arange(60))
    assert mean.value == pytest.approx(alone.value)
    # The corrections differ between questions, by 60/59 against 20/19 and 40/39.
    assert mean.variance == pytest.approx(alone.variance, rel=0.05)


def test_the_mean_over_classes_spreads_as_much_as_simulated():
    random = np.random.default_rng(3)
    found = []
    for _ in range(400):
        truth = np.arange(90) % 3
        both = random.normal(size=(90, 3))
        first, second = (both + random.normal(size=(90, 3)) + np.eye(3)[truth] for _ in range(2))
        questions = [RankedPair(first[:, c], second[:, c], truth == c) for c in range(3)]
        found.append(compare_auroc(questions, np.arange(90)))
    values = np.array([one.value for one in found])
    # The deviation of a variance over 400 draws is sqrt(2 / 400) = 7 %.
    assert np.mean([one.variance for one in found]) == pytest.approx(values.var(), rel=0.25)
    # 95 % of 400 is 380, with a deviation of 4.4.
    assert 366 <= sum(one.interval[0] <= 0 <= one.interval[1] for one in found) <= 394


def test_interval_and_p_say_the_same():
    # t = 0.1 / 0.05 = 2, of which 7.34 % is further out with 10 degrees of freedom, whose quantile is 2.2281
    found = AurocDifference(0.9, 0.8, 0.0025, 10)
    assert found.p == pytest.approx(0.0734, abs=1e-4)
    assert found.interval == pytest.approx((0.1 - 2.2281 * 0.05, 0.1 + 2.2281 * 0.05), abs=1e-5)
    assert AurocDifference(0.9, 0.8, 0.0025, 1e9).p == pytest.approx(0.0455, abs=1e-4), "the normal one in the limit"
    assert AurocDifference(0.9, 0.9, 0.0, 10).p == 1


@pytest.mark.parametrize("seed", range(3))
def test_the_degrees_of_freedom_are_those_of_welch_s_test_on_placement_values(seed):
    pair = pair_of(seed=seed)
    first, second = (kernel(scores, pair.is_positive) for scores in (pair.first, pair.second))
    sides = [(first - second).mean(axis=axis) for axis in (1, 0)]
    expected = scipy.stats.ttest_ind(*sides, equal_var=False).df
    assert compare_auroc([pair], np.arange(60)).freedom == pytest.approx(expected)


def test_networks_that_do_not_differ_have_degrees_of_freedom_too():
    positive, scores = scores_of(60, 1.5, 1)
    found = compare_auroc([RankedPair(scores, scores, positive)], np.arange(60))
    assert (found.interval, found.p, found.freedom) == ((0, 0), 1, 19)  # 20 positives


def test_a_difference_without_a_variance_has_no_p():
    with pytest.raises(ValueError, match="expected a variance above 0, received 0"):
        _ = AurocDifference(0.9, 0.8, 0.0, 10).p


def test_one_lesion_of_a_side_is_refused():
    pair = RankedPair(np.arange(4.0), np.arange(4.0), np.array([False, False, False, True]))
    with pytest.raises(ValueError, match="expected 2 lesions or more of either side, received 1"):
        compare_auroc([pair], np.arange(4))
