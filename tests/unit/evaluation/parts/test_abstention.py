"""Accuracy of the images of which the model is most sure."""

from dataclasses import replace

import numpy as np
import pytest

from melanoma.evaluation.figure import NotEvaluated
from melanoma.evaluation.parts.abstention import area_under_risk, evaluate_abstention, keep_most_certain
from melanoma.evaluation.sample import Sample, whole_sample


def test_the_figures_are_those_of_the_surest_rows(draw_split):
    split = draw_split(size=300)
    rows, found = split.rows, evaluate_abstention(split, {})
    surest = np.argsort(-rows.probabilities.max(axis=1))
    right = rows.truth == rows.predicted
    for share in (100, 90, 80, 70, 60, 50):
        kept, entry = surest[: 3 * share], found["kept"][str(share)]
        assert (entry["n"], entry["share"]) == (3 * share, share / 100)
        assert entry["accuracy"].value == pytest.approx(right[kept].mean())
        assert entry["accuracy"].n == 3 * share
        recalls = [right[kept][rows.truth[kept] == c].mean() for c in range(3)]
        assert entry["balanced_accuracy"].value == pytest.approx(np.mean(recalls))
        assert entry["melanoma_kept"].value == pytest.approx(np.isin(np.flatnonzero(rows.truth == 0), kept).mean())


def test_a_confidence_that_knows_is_more_accurate_on_what_it_keeps(draw_split):
    found = evaluate_abstention(draw_split(size=2000), {})
    assert found["kept"]["50"]["accuracy"].interval[0] > found["kept"]["100"]["accuracy"].interval[1]
    assert found["aurc"].interval[1] < 1 - found["kept"]["100"]["accuracy"].value


def test_a_confidence_that_says_nothing_has_the_error_rate_as_its_area(draw_split):
    rows = draw_split(size=500).rows
    flat = replace(rows, probabilities=np.full((500, 3), 1 / 3))
    assert area_under_risk(whole_sample(flat)) == pytest.approx([(rows.truth != rows.predicted).mean()])


def test_the_area_is_the_mean_of_the_errors_among_the_first_rows(draw_split):
    rows = draw_split(size=200).rows
    wrong = (rows.truth != rows.predicted)[np.argsort(-rows.probabilities.max(axis=1))]
    assert area_under_risk(whole_sample(rows)) == pytest.approx([np.mean([wrong[:k].mean() for k in range(1, 201)])])


def test_a_row_that_counts_twice_is_as_two_rows(draw_split):
    rows = draw_split(size=30).rows
    weights = np.random.default_rng(0).integers(0, 3, 30)
    twice = np.repeat(np.arange(30), weights)
    copied = replace(
        rows, truth=rows.truth[twice], predicted=rows.predicted[twice], probabilities=rows.probabilities[twice]
    )
    found = area_under_risk(Sample(rows, weights[None].astype(float)))
    assert found == pytest.approx(area_under_risk(whole_sample(copied)))


def test_equally_certain_images_stay_together(draw_split):
    rows = draw_split(size=10).rows
    tied = replace(
        rows, probabilities=np.array([[0.5, 0.3, 0.2]] * 6 + [[0.4, 0.3, 0.3]] * 4), predicted=np.zeros(10, int)
    )
    assert keep_most_certain(tied, 0.5).sum() == 6


def test_a_diagnosis_that_is_kept_nowhere_has_no_balanced_accuracy(draw_split):
    split = draw_split(size=40)
    truth = np.where(split.rows.probabilities.max(axis=1) < np.median(split.rows.probabilities.max(axis=1)), 0, 1)
    found = evaluate_abstention(replace(split, rows=replace(split.rows, truth=truth)), {})
    assert found["kept"]["50"]["balanced_accuracy"] == NotEvaluated("a diagnosis has no image among those kept")
    assert found["kept"]["100"]["balanced_accuracy"].n == 40
