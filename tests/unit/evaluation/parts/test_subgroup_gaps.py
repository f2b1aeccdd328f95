import numpy as np
import pytest

from melanoma.config.evaluate import EvaluateConfig
from melanoma.evaluation.evaluate import evaluate_predictions
from melanoma.evaluation.scored_rows import ScoredRows
from melanoma.evaluation.split_evaluation import SplitEvaluation
from melanoma.evaluation.subgroup_gap import measure_gap

CLASSES = ("melanoma", "nevus")


def gap_of(right, groups, seed=1, resamples=300):
    """Return the gap of subgroups 0, 1, ... of images that are lesions of their own."""
    truth = np.arange(len(right)) % 2
    predicted = np.where(right, truth, 1 - truth)
    rows = ScoredRows(CLASSES, truth, predicted, np.eye(2)[predicted], np.arange(len(right)))
    split = SplitEvaluation("test", None, rows, EvaluateConfig(resamples=resamples), seed)
    return measure_gap(split, np.equal(groups[:, None], np.arange(groups.max() + 1)))


def test_a_planted_gap_is_found():
    random = np.random.default_rng(1)
    groups = np.arange(400) % 4
    gap = gap_of(random.random(400) < np.where(groups == 2, 0.4, 0.8), groups)
    assert gap.worst == 2
    assert gap.difference.interval[0] > 0.1


def test_subgroups_that_are_alike_are_told_apart_as_seldom_as_promised():
    random = np.random.default_rng(2)
    groups = np.arange(300) % 6
    false_alarms = sum(gap_of(random.random(300) < 0.7, groups, n).difference.interval[0] > 0 for n in range(200))
    assert false_alarms <= 20  # 5 % of 200 is 10, with a deviation of 3; without the correction it is above 60


def test_the_value_is_the_best_share_less_the_worst():
    groups = np.arange(60) % 3
    right = np.arange(60) % 5 < 3 + (groups == 1)
    shares = [right[groups == k].mean() for k in range(3)]
    gap = gap_of(right, groups)
    assert gap.difference.value == pytest.approx(max(shares) - min(shares))
    assert gap.best == 1
    assert "max-t over all 3 pairs" in gap.difference.method


def test_a_column_with_one_subgroup_has_a_note(make_predictions):
    split = evaluate_predictions(make_predictions(), (*CLASSES, "vascular lesion"), EvaluateConfig(resamples=100), 1)[
        "splits"
    ]["test"]
    assert split["subgroup_gaps"]["anatom_site_general"] == {"note": "fewer than 2 subgroups have 10 rows"}
    assert {split["subgroup_gaps"]["sex"]["best"], split["subgroup_gaps"]["sex"]["worst"]} == {"female", "male"}
