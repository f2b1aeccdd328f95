"""How pictures pass through frozen networks, several of them within one process."""

from threading import Thread

import numpy as np
import pytest

from melanoma.training import features
from melanoma.training.features import FrozenNetwork
from tests.unit.training.tiny_backbone import tiny

pytestmark = pytest.mark.xdist_group("tensorflow")
ENOUGH_S = 1  # for a network that waits for nobody; a pass takes a thousandth of it


@pytest.fixture
def engines(monkeypatch):
    """Two networks as a joined name has them."""
    monkeypatch.setattr(features, "backbone_of", tiny)
    return [features._Engine(FrozenNetwork(name, None, name), 32) for name in ("one", "another")]


def pass_through(engine, before=lambda: None):
    """Pass one batch of one picture, with something done before it is fetched; return its features."""

    def pictures():
        before()
        yield np.full((1, 32, 32, 3), 90, np.uint8)

    values = np.zeros((1, 1, engine.features), np.float32)
    engine.pass_through(pictures(), values, [(0, np.array([0]))], lambda: 0.0)
    return values


def test_networks_take_turns_so_that_their_seconds_add_up(engines):
    """Side by side they shared the cores, and the passes a second that are told came out too low."""
    first, second = engines
    found = {}
    other = Thread(target=lambda: found.update(second=pass_through(second)))

    def let_the_other_try():
        other.start()
        other.join(ENOUGH_S)
        found["passed meanwhile"] = "second" in found

    found["first"] = pass_through(first, let_the_other_try)
    other.join()
    assert found["passed meanwhile"] is False
    assert np.abs(found["first"]).max() > 0
    assert np.abs(found["second"]).max() > 0
