"""Rates by a clock that the test moves."""

import numpy as np

from melanoma.stages.rates import BATCH, ROUNDS, measure_rates


class Network:
    """Takes a known time for each image."""

    def __init__(self, clock, seconds):
        self.clock, self.seconds, self.seen = clock, seconds, []

    def __call__(self, images):
        self.seen.append(images.shape)
        self.clock.now += self.seconds * len(images)
        return np.zeros((len(images), 2), dtype=np.float32)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_each_is_measured_in_every_round_on_pictures_of_its_own_size_after_a_pass_that_does_not_count():
    clock = Clock()
    slow, fast = Network(clock, 0.02), Network(clock, 0.005)
    rates = measure_rates([(slow, 48), (fast, 32)], clock)
    assert [len(found) for found in rates] == [ROUNDS, ROUNDS]
    np.testing.assert_allclose(rates, [[50.0] * ROUNDS, [200.0] * ROUNDS])
    assert set(slow.seen) == {(BATCH, 48, 48, 3)}
    assert fast.seen == [(BATCH, 32, 32, 3)] * (ROUNDS + 1)
