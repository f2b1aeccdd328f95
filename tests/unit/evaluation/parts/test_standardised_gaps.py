import numpy as np
import pytest

from melanoma.config.evaluate import EvaluateConfig
from melanoma.evaluation.figure import NotEvaluated
from melanoma.evaluation.scored_rows import ScoredRows
from melanoma.evaluation.split_evaluation import SplitEvaluation
from melanoma.evaluation.standardised_gap import measure_standardised_gap
from melanoma.evaluation.subgroup_gap import measure_gap

CLASSES = ("melanoma", "nevus")


def split_of(truth, right, resamples=300, seed=1):
    predicted = np.where(right, truth, 1 - truth)
    rows = ScoredRows(CLASSES, truth, predicted, np.eye(2)[predicted], np.arange(len(right)))
    return SplitEvaluation("test", None, rows, EvaluateConfig(resamples=resamples), seed)


def members_of(groups):
    return np.equal(groups[:, None], np.arange(groups.max() + 1))


def draw(seed, harder=0.0):
    """Draw 400 images of two subgroups: one has mostly nevi, which are easy; the other mostly melanomas."""
    random = np.random.default_rng(seed)
    groups = np.arange(400) % 2
    truth = (random.random(400) < np.where(groups == 0, 0.8, 0.2)).astype(np.int64)
    right = random.random(400) < np.where(truth == 1, 0.9, 0.6) - harder * (groups == 1)
    return split_of(truth, right, seed=seed), members_of(groups)


def test_differences_are_averaged_within_diagnoses_with_the_weights_of_mantel_and_haenszel():
    # melanoma: 3 of 4 against 2 of 8; nevus: 4 of 8 against 4 of 4.
    truth = np.repeat([0, 0, 1, 1], [4, 8, 8, 4])
    groups = np.repeat([0, 1, 0, 1], [4, 8, 8, 4])
    right = np.concatenate([np.arange(4) < 3, np.arange(8) < 2, np.arange(8) < 4, np.arange(4) < 4])
    gap = measure_standardised_gap(split_of(truth, right), members_of(groups))
    # weights 4 * 8 / 12 for both: (0.75 - 0.25) / 2 + (0.5 - 1) / 2 = 0
    assert gap.difference.value == pytest.approx(0)
    assert gap.difference.n == 24


def test_other_diagnoses_alone_make_no_gap_though_the_plain_accuracies_differ():
    plain, alike = 0, 0
    for seed in range(40):
        split, members = draw(seed)
        plain += measure_gap(split, members).difference.interval[0] > 0
        alike += measure_standardised_gap(split, members).difference.interval[0] > 0
    assert plain >= 30  # 0.84 against 0.66
    assert alike <= 6  # 5 % of 40 is 2, with a deviation of 1.4


def test_a_harder_subgroup_is_found_and_named_whatever_its_diagnoses():
    split, members = draw(3, harder=0.3)
    gap = measure_standardised_gap(split, members)
    assert (gap.best, gap.worst) == (0, 1)
    assert gap.difference.interval[0] < 0.3 < gap.difference.interval[1]
    assert gap.difference.interval[0] > 0.1


def test_ten_images_that_are_all_right_are_no_certainty():
    # 10 of 10 against 60 of 90; one set in 0.67^10 = 55 has such a subgroup, and its resamples have no spread.
    groups = np.repeat([0, 1], [10, 90])
    right = np.concatenate([np.ones(10, bool), np.arange(90) % 3 > 0])
    gap = measure_standardised_gap(split_of(np.arange(100) % 2, right), members_of(groups))
    # s (1 - s) (1/10 + 1/90) = 0.7 * 0.3 / 9 = 0.153^2; the resamples of the 90 alone would give 0.05
    assert gap.difference.value - gap.difference.interval[0] > 1.9 * 0.15
    assert (gap.best, gap.worst) == (0, 1)


@pytest.mark.parametrize("case", ["all right", "nothing in common"])
def test_what_cannot_differ_has_no_interval(case):
    groups = np.arange(40) % 2
    truth = np.zeros(40, np.int64) if case == "all right" else groups
    right = np.ones(40, bool) if case == "all right" else np.arange(40) % 3 > 0
    gap = measure_standardised_gap(split_of(truth, right), members_of(groups))
    assert gap.difference == NotEvaluated("no two subgroups share a diagnosis of which some images are wrong")
