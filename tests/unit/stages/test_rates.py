"""Rates by a clock that the test moves."""

import numpy as np

from melanoma.models.inputs import METADATA
from melanoma.stages.rates import BATCH, ROUNDS, measure_rates
from melanoma.training.model_info import ModelInfo


class Network:
    """Takes a known time for each image."""

    def __init__(self, clock, seconds):
        self.clock, self.seconds, self.seen = clock, seconds, []

    def __call__(self, inputs):
        images = inputs["image"] if isinstance(inputs, dict) else inputs
        self.seen.append(images.shape)
        self.told = inputs[METADATA].shape if isinstance(inputs, dict) else None
        self.clock.now += self.seconds * len(images)
        return np.zeros((len(images), 2), dtype=np.float32)


def info(size_px, *metadata):
    return ModelInfo(classes=("a", "b"), size_px=size_px, fit="crop", network="n", method="scratch", metadata=metadata)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_each_is_measured_in_every_round_on_pictures_of_its_own_size_after_a_pass_that_does_not_count():
    clock = Clock()
    slow, fast = Network(clock, 0.02), Network(clock, 0.005)
    rates = measure_rates([(slow, info(48)), (fast, info(32, "age_approx"))], clock)
    assert [len(found) for found in rates] == [ROUNDS, ROUNDS]
    np.testing.assert_allclose(rates, [[50.0] * ROUNDS, [200.0] * ROUNDS])
    assert set(slow.seen) == {(BATCH, 48, 48, 3)}
    assert fast.seen == [(BATCH, 32, 32, 3)] * (ROUNDS + 1)
    assert (slow.told, fast.told) == (None, (BATCH, 2))
