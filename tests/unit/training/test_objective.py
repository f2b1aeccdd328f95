"""What a head minimises, by hand and against numerical derivatives."""

import numpy as np
import pytest

from melanoma.config.train import TrainConfig
from melanoma.training.objective import log_softmax, make_objective

TRUTH = np.array([0, 0, 0, 1])


def objective(truth=TRUTH, classes=2, **options):
    return make_objective(truth, classes, TrainConfig(**options))


def test_equal_logits_cost_the_logarithm_of_the_number_of_classes():
    assert objective(loss="cross_entropy").evaluate(np.zeros((4, 2)))[0] == pytest.approx(np.log(2))


def test_the_adjusted_loss_of_equal_logits_is_that_of_the_priors():
    # offset log(3/4), log(1/4): three rows cost log(4/3), one costs log 4
    loss = objective(loss="logit_adjusted").evaluate(np.zeros((4, 2)))[0]
    assert loss == pytest.approx((3 * np.log(4 / 3) + np.log(4)) / 4)
    half = objective(loss="logit_adjusted", tau=0.5)
    assert half.offset == pytest.approx(np.log([3 / 4, 1 / 4]) / 2)


def test_a_class_without_rows_counts_as_one_row_in_the_priors():
    assert objective(classes=3, loss="logit_adjusted").offset == pytest.approx(np.log([3 / 5, 1 / 5, 1 / 5]))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"loss": "cross_entropy"}, [1 / 4, 1 / 4, 1 / 4, 1 / 4]),
        ({"class_weights": "balanced"}, [1 / 6, 1 / 6, 1 / 6, 1 / 2]),
        ({"sampler": "balanced"}, [1 / 6, 1 / 6, 1 / 6, 1 / 2]),
        # 1 / sqrt(3) each of three, and 1: together sqrt(3) + 1
        ({"sampler": "sqrt"}, [*[3**-0.5 / (3**0.5 + 1)] * 3, 1 / (3**0.5 + 1)]),
    ],
)
def test_rare_rows_weigh_what_was_asked_for(options, expected):
    assert objective(**options).weights == pytest.approx(np.array(expected))


def test_smoothed_labels_leave_a_share_to_every_class():
    assert objective(label_smoothing=0.2).targets[0] == pytest.approx([0.9, 0.1])


def test_the_focal_loss_by_hand():
    # probabilities 3/4 and 1/4: (1/4)^2 log(4/3) for the truth 0, (3/4)^2 log 4 for the truth 1
    logits = np.log([[3.0, 1.0], [3.0, 1.0]])
    loss = objective(np.array([0, 1]), loss="focal", focal_gamma=2).evaluate(logits)[0]
    assert loss == pytest.approx((np.log(4 / 3) / 16 + 9 * np.log(4) / 16) / 2)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"loss": "logit_adjusted", "tau": 1.5},
        {"class_weights": "balanced", "label_smoothing": 0.3},
        {"loss": "focal", "focal_gamma": 0.5},
        {"loss": "focal", "focal_gamma": 3, "sampler": "sqrt"},
    ],
)
def test_the_derivative_is_what_small_steps_find(options):
    random = np.random.default_rng(0)
    given = objective(random.integers(0, 3, 6), 3, **options)
    logits, step = random.normal(0, 2, (6, 3)), 1e-6
    derivative = given.evaluate(logits)[1]
    for place in np.ndindex(logits.shape):
        moved = np.zeros_like(logits)
        moved[place] = step
        slope = (given.evaluate(logits + moved)[0] - given.evaluate(logits - moved)[0]) / (2 * step)
        assert derivative[place] == pytest.approx(slope, abs=1e-8)


def test_a_certain_prediction_costs_nothing_and_a_large_logit_does_not_overflow():
    for loss in ("cross_entropy", "focal"):
        cost, derivative = objective(np.array([0]), loss=loss).evaluate(np.array([[1000.0, -1000.0]]))
        assert cost == pytest.approx(0, abs=1e-9)
        assert np.isfinite(derivative).all()
    assert np.exp(log_softmax(np.array([[1000.0, 999.0]]))).sum() == pytest.approx(1)
