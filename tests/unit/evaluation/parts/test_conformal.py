"""Prediction sets hold the true class as often as asked, and agree with a plain computation."""

from dataclasses import replace

import numpy as np
import pytest

from melanoma.evaluation.figure import NotEvaluated
from melanoma.evaluation.parts.conformal import evaluate_sets, freeze_sets, make_sets
from melanoma.evaluation.prediction_sets import find_least_probability


def plain_quantile(scores, coverage):
    """Angelopoulos and Bates (2023), section 1: the score of rank ceil((n + 1) * coverage)."""
    return np.sort(scores)[int(np.ceil((len(scores) + 1) * coverage)) - 1]


def test_sets_are_those_of_the_textbook_where_each_lesion_has_one_image(draw_split):
    calibration, test = draw_split("calibration", 400, seed=1), draw_split("test", 300, seed=2)
    rule = freeze_sets({"calibration": calibration})
    rows = calibration.rows
    scores = 1 - rows.probabilities[np.arange(rows.size), rows.truth]
    melanoma = plain_quantile(scores[rows.truth == 0], 0.9)
    others = plain_quantile(scores[rows.truth != 0], 0.9)
    expected = 1 - test.rows.probabilities <= np.array([melanoma, others, others])
    assert (make_sets(test.rows, rule) == expected).all()
    assert rule["lesions"] == {"melanoma": (rows.truth == 0).sum(), "others": (rows.truth != 0).sum()}
    found = evaluate_sets(test, rule)["sets"]
    holds = expected[np.arange(300), test.rows.truth]
    assert found["coverage"].value == pytest.approx(holds.mean())
    assert found["melanoma_coverage"].value == pytest.approx(holds[test.rows.truth == 0].mean())
    assert found["mean_size"].value == pytest.approx(expected.sum(axis=1).mean())
    for name, size in (("empty", 0), ("single", 1), ("full", 3)):
        assert found[name].value == pytest.approx((expected.sum(axis=1) == size).mean())


@pytest.mark.parametrize("boldness", [1.0, 3.0])
def test_over_many_calibration_sets_melanomas_and_the_others_are_covered_as_asked(boldness, draw_split):
    test = draw_split("test", 4000, boldness, seed=999)
    holds = []
    for seed in range(200):
        rule = freeze_sets({"calibration": draw_split("calibration", 120, boldness, seed=seed)})
        sets = make_sets(test.rows, rule)[np.arange(4000), test.rows.truth]
        holds.append((sets[test.rows.truth == 0].mean(), sets[test.rows.truth != 0].mean()))
    # About 40 melanomas and 80 others: from 0.9 to 0.9 + 1 / 41 and 0.9 + 1 / 81, give or take the test rows' chance.
    melanoma, others = np.mean(holds, axis=0)
    assert 0.88 < melanoma < 0.945
    assert 0.88 < others < 0.93


def test_copies_of_a_lesion_do_not_make_the_quantile_surer():
    probabilities, lesions = np.arange(1, 21) / 21, np.arange(20)
    once = find_least_probability(probabilities, lesions, 0.81)
    assert once == 3 / 21  # rank 18 of 20, since (20 + 1) * 0.81 = 17.01
    assert find_least_probability(np.repeat(probabilities, 5), np.repeat(lesions, 5), 0.81) == once
    as_lesions = find_least_probability(np.repeat(probabilities, 5), np.arange(100), 0.81)
    assert as_lesions == 4 / 21  # rank 82 of 100, since (100 + 1) * 0.81 = 81.81


def test_each_lesion_counts_once_however_many_images_it_has():
    # Lesion 0 has 8 images at 0.1; of 5 lesions the rank (5 + 1) * 0.6 = 3.6 needs 4: 0.9, 0.8, 0.7, 0.6.
    probabilities = np.array([0.1] * 8 + [0.9, 0.8, 0.7, 0.6])
    lesions = np.array([0] * 8 + [1, 2, 3, 4])
    assert find_least_probability(probabilities, lesions, 0.6) == 0.6


def test_the_asked_coverage_is_a_setting(draw_split):
    sizes = [
        make_sets(split.rows, freeze_sets({"calibration": split})).sum()
        for split in (draw_split("calibration", 400, coverage=coverage) for coverage in (0.6, 0.8, 0.95))
    ]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]


def test_rows_of_other_splits_change_nothing(draw_split):
    calibration = draw_split("calibration", 300, seed=1)
    alone = freeze_sets({"calibration": calibration})
    assert freeze_sets({"calibration": calibration, "validation": draw_split(seed=9)}) == alone


def test_few_melanomas_in_calibration_give_a_reason_in_place_of_sets(draw_split):
    split = draw_split("calibration", 200)
    few = replace(split, rows=replace(split.rows, truth=np.where(np.arange(200) < 8, 0, 1)))
    reason = "calibration has 8 lesions of melanoma; sets that hold 90% need 9"
    assert freeze_sets({"calibration": few}) == NotEvaluated(reason)
    assert freeze_sets({}) == NotEvaluated("there are no calibration rows to fit prediction sets on")


def test_without_melanoma_among_the_classes_all_share_one_quantile(draw_split):
    split = draw_split("calibration", 200)
    split = replace(split, rows=replace(split.rows, classes=("dermatofibroma", "nevus", "vascular lesion")))
    rule = freeze_sets({"calibration": split})
    assert list(rule["least_probability"]) == ["others"]
    assert "melanoma_coverage" not in evaluate_sets(split, rule)["sets"]


def test_figures_are_called_optimistic_where_the_sets_were_fitted(draw_split):
    split = draw_split("calibration", 200)
    found = evaluate_sets(split, freeze_sets({"calibration": split}))["sets"]
    assert all("optimistic" in figure.method for figure in found.values())


def test_other_classes_than_those_of_the_rule_have_a_reason(draw_split):
    rule = freeze_sets({"calibration": draw_split("calibration", 200)})
    joined = replace(draw_split(), rows=replace(draw_split().rows, classes=("melanoma", "nevus", "other")))
    reason = "the sets were fitted to other classes than this set's, of which some are joined"
    assert evaluate_sets(joined, rule) == NotEvaluated(reason)
