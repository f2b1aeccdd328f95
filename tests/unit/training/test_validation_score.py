from functools import partial

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, brier_score_loss

from melanoma.training.validation_score import rank_of, score_logits


def test_scores_are_of_the_mean_probability_of_all_views():
    # one row of class 0, probabilities 0.9 and 0.2 in two views: together 0.55
    logits = np.log([[[0.9, 0.1]], [[0.2, 0.8]]])
    score = score_logits(logits, np.array([0]))
    assert score["val_loss"] == pytest.approx(-np.log(0.55))
    assert score["val_accuracy"] == 1


def test_in_balanced_figures_each_class_weighs_the_same():
    random = np.random.default_rng(2)
    logits, truth = random.normal(0, 1, (1, 40, 3)), np.repeat([0, 1], [30, 10])
    score = score_logits(logits, truth)
    predicted = logits[0].argmax(axis=1)
    recalls = [(predicted[truth == code] == code).mean() for code in (0, 1)]
    assert score["val_balanced_accuracy"] == pytest.approx(np.mean(recalls))
    kept = np.where(predicted == 2, 1 - truth, predicted)  # scikit-learn warns of classes that truth lacks
    assert score["val_balanced_accuracy"] == pytest.approx(balanced_accuracy_score(truth, kept))
    chances = np.exp(logits[0]) / np.exp(logits[0]).sum(axis=1, keepdims=True)
    losses = -np.log(chances[np.arange(40), truth])
    assert score["val_balanced_loss"] == pytest.approx((losses[:30].mean() + losses[30:].mean()) / 2)
    oracle = partial(brier_score_loss, labels=[0, 1, 2], scale_by_half=False)
    briers = [oracle(truth[rows], chances[rows]) for rows in (slice(30), slice(30, 40))]
    assert score["val_balanced_brier"] == pytest.approx(np.mean(briers))


def test_one_image_of_a_diagnosis_decides_a_cross_entropy_and_no_brier_score():
    """The nine-class set has a diagnosis with one validation image, which once chose the strength for all."""
    truth = np.array([*[0, 1] * 20, 2])
    good = np.where(np.arange(3) == truth[:, None], 3.0, 0.0)
    timid = good / 6
    good[-1], timid[-1] = (9, 9, 0), (0.5, 0.5, 0)
    scores = [score_logits(logits[None], truth) for logits in (good, timid)]
    assert min(scores, key=lambda score: rank_of("cross_entropy", score)) is scores[1]
    assert min(scores, key=lambda score: rank_of("brier", score)) is scores[0]


def test_the_loss_decides_between_equal_accuracies():
    scores = [{"val_balanced_accuracy": a, "val_balanced_loss": b} for a, b in ((0.5, 1.0), (0.6, 2.0), (0.6, 1.5))]
    assert min(scores, key=lambda score: rank_of("balanced_accuracy", score)) is scores[2]
    assert min(scores, key=lambda score: rank_of("cross_entropy", score)) is scores[0]
