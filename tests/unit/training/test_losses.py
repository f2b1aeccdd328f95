"""Each loss equals its formula, written once more in numpy; the examples of their docstrings are checked by hand."""

import numpy as np
import pytest

from melanoma.config.train import TrainConfig

IMAGES = np.array([30, 10, 0])


def losses_of(truth, logits, images=IMAGES, **settings):
    import keras

    from melanoma.training.loss import build_loss

    loss = build_loss(TrainConfig(**{"loss": "cross_entropy", **settings}), images[: np.shape(logits)[1]])
    return keras.ops.convert_to_numpy(loss(np.asarray(truth, np.float32), np.asarray(logits, np.float32)))


def probabilities(logits):
    raised = np.exp(np.asarray(logits, np.float64))
    return raised / raised.sum(axis=1, keepdims=True)


@pytest.fixture(scope="module")
def sample():
    random = np.random.default_rng(0)
    return random.integers(0, 3, 50), random.normal(0, 2, (50, 3))


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5])
def test_cross_entropy_is_that_of_the_smoothed_labels(sample, smoothing):
    truth, logits = sample
    labels = np.eye(3)[truth] * (1 - smoothing) + smoothing / 3
    expected = -(labels * np.log(probabilities(logits))).sum(axis=1)
    assert losses_of(truth, logits, label_smoothing=smoothing) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("tau", [0.0, 1.0, 1.5])
def test_logit_adjusted_multiplies_the_odds_by_the_prior(sample, tau):
    truth, logits = sample
    prior = np.array([30, 10, 1]) / 41  # a class without images counts as one
    raised = probabilities(logits) * prior**tau
    expected = -np.log(raised / raised.sum(axis=1, keepdims=True))[np.arange(50), truth]
    assert losses_of(truth, logits, loss="logit_adjusted", tau=tau) == pytest.approx(expected, rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
def test_focal_weighs_by_the_doubt(sample, gamma):
    truth, logits = sample
    chance = probabilities(logits)[np.arange(50), truth]
    expected = -((1 - chance) ** gamma) * np.log(chance)
    assert losses_of(truth, logits, loss="focal", focal_gamma=gamma) == pytest.approx(expected, rel=1e-3, abs=1e-5)


def test_the_examples_that_are_worked_by_hand():
    even, three_to_one = [[0, 0], [0, 0]], [[np.log(3), 0]] * 2
    assert losses_of([0, 1], three_to_one) == pytest.approx([np.log(4 / 3), np.log(4)], rel=1e-5)
    smoothed = 0.9 * np.log(4 / 3) + 0.1 * np.log(4)
    assert losses_of([0], three_to_one[:1], label_smoothing=0.2) == pytest.approx([smoothed], rel=1e-5)
    adjusted = losses_of([0, 1], even, loss="logit_adjusted")
    assert adjusted == pytest.approx([np.log(4 / 3), np.log(4)], rel=1e-5)
    focal = losses_of([0, 1], three_to_one, loss="focal")
    assert focal == pytest.approx([np.log(4 / 3) / 16, 9 * np.log(4) / 16], rel=1e-5)
    assert focal[1] / focal[0] == pytest.approx(43.4, abs=0.1)


@pytest.mark.parametrize("settings", [{"loss": "focal", "focal_gamma": 0.5}, {"loss": "logit_adjusted"}])
def test_a_network_that_is_sure_still_learns_finite_steps(settings, tiny_step):
    assert np.isfinite(tiny_step(settings, np.array([[200.0, -200.0]]))).all()


@pytest.fixture
def tiny_step():
    """Return a function that gives the logits after one step of training on them."""
    import keras

    from melanoma.training.loss import build_loss

    def step(settings, logits):
        network = keras.Sequential([keras.Input((1,)), keras.layers.Dense(2, use_bias=False)])
        network.set_weights([logits])
        network.compile("sgd", build_loss(TrainConfig(**settings), IMAGES[:2]))
        network.train_on_batch(np.ones((1, 1), np.float32), np.array([0]))
        return network.get_weights()[0]

    return step
