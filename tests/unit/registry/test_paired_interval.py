"""The interval of a paired difference against the normal theory of paired means, and where resampling is not asked."""

import numpy as np
import pytest

from melanoma.evaluation.paired_difference import PairedRows
from melanoma.evaluation.ranking import divide
from melanoma.evaluation.scored_rows import ScoredRows
from melanoma.registry.paired_interval import PairedFigure, measure_paired


def rows_of(right):
    truth = np.zeros(len(right), dtype=np.int64)
    predicted = np.where(right, 0, 1).astype(np.int64)
    return ScoredRows(("melanoma", "nevus"), truth, predicted, np.full((len(right), 2), 0.5), np.arange(len(right)))


def share_right(sample):
    return divide(sample.weights @ (sample.rows.predicted == sample.rows.truth).astype(float), sample.total)


def figure_of(lesions, score=lambda: (-0.5, 0.5)):
    return PairedFigure(share_right, share_right, lesions, int(lesions), score, "a score interval")


def test_a_paired_difference_has_the_interval_of_a_mean_of_differences():
    random = np.random.default_rng(4)
    second = random.random(500) < 0.7
    first = np.where(random.random(500) < 0.2, random.random(500) < 0.9, second)
    found = measure_paired(PairedRows(rows_of(first), rows_of(second)), figure_of(500.0), 4000, 1)
    differences = first.astype(float) - second.astype(float)
    reach = 1.96 * differences.std(ddof=1) / np.sqrt(500)
    assert found.value == pytest.approx(differences.mean())
    assert found.interval == pytest.approx((found.value - reach, found.value + reach), abs=0.004)
    alone = 1.96 * np.sqrt(first.var() / 500 + second.var() / 500)
    assert found.interval[1] - found.value < 0.7 * alone  # what is common to both is taken out


@pytest.mark.parametrize(
    ("right", "lesions", "words"),
    [
        ([True] * 40, 40.0, "a score interval, because the resamples all agree"),
        (
            [True, False] * 3,
            6.0,
            "a score interval, because the bootstrap is too sure of itself on fewer than 10 lesions",
        ),
    ],
)
def test_where_resampling_knows_too_little_the_score_interval_is_taken_and_said(right, lesions, words):
    rows = rows_of(np.array(right))
    found = measure_paired(PairedRows(rows, rows), figure_of(lesions), 200, 1)
    assert (found.value, found.interval) == (0.0, (-0.5, 0.5))
    assert found.method.startswith(words)


def test_a_figure_that_most_resamples_lack_is_not_resampled():
    rows = rows_of(np.array([True, False] * 20))

    def rare(sample):
        return np.where(sample.weights[:, 0] > 0, share_right(sample), np.nan) * np.where(
            sample.weights[:, 1] > 0, 1, np.nan
        )

    first = PairedFigure(rare, rare, 40.0, 40, lambda: (-0.1, 0.2), "a score interval")
    found = measure_paired(PairedRows(rows, rows), first, 400, 1)
    assert found.interval == (-0.1, 0.2)
    assert "of 400 resamples lack rows that the figure needs" in found.method
