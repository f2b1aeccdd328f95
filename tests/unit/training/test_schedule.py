import math

import numpy as np
import pytest

from melanoma.training.schedule import Schedule

pytestmark = pytest.mark.xdist_group("tensorflow")


def rates(schedule, steps):
    return [float(np.asarray(schedule(step))) for step in range(steps)]


def test_the_rate_rises_then_falls_along_half_a_cosine():
    fallen = [0.1 * (1 + math.cos(math.pi * k / 4)) / 2 for k in range(4)]
    assert rates(Schedule(0.1, 2, 6), 6) == pytest.approx([0.05, 0.1, *fallen], rel=1e-5)


def test_without_more_it_is_constant_and_it_never_rises_again():
    assert rates(Schedule(0.1), 3) == pytest.approx([0.1] * 3)
    assert rates(Schedule(0.1, 4), 6) == pytest.approx([0.025, 0.05, 0.075, 0.1, 0.1, 0.1])
    assert rates(Schedule(0.1, 0, 2), 5) == pytest.approx([0.1, 0.05, 0, 0, 0], abs=1e-8)
    assert Schedule(**Schedule(0.1, 1, 9).get_config()).get_config() == {
        "rate": 0.1,
        "warmup_steps": 1,
        "falls_over": 9,
    }
