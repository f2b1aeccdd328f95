"""Balanced accuracy over batches is scikit-learn's over all of them."""

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

pytestmark = pytest.mark.xdist_group("tensorflow")


@pytest.fixture
def metric():
    from melanoma.training.balanced_accuracy import BalancedAccuracy

    return BalancedAccuracy(4)


def test_batches_add_up_to_what_scikit_learn_says_of_all_rows(metric):
    random = np.random.default_rng(3)
    truth, logits = random.integers(0, 3, 50), random.normal(size=(50, 4))  # class 3 has no image
    truth[:20] = 0
    for start in range(0, 50, 16):
        metric.update_state(truth[start : start + 16, None], logits[start : start + 16], sample_weight=np.ones(1))
    guessed = logits.argmax(axis=1)
    # A prediction of a class without images is a miss, which scikit-learn warns of unless it counts as another class.
    expected = balanced_accuracy_score(truth, np.where(guessed == 3, (truth + 1) % 3, guessed))
    assert float(metric.result()) == pytest.approx(expected, abs=1e-6)


def test_the_example_by_hand_and_nothing_before_the_first_image(metric):
    assert float(metric.result()) == 0
    metric.update_state(np.array([0, 0, 0, 1]), np.eye(4)[[0, 0, 2, 0]])
    assert float(metric.result()) == pytest.approx((2 / 3 + 0 / 1) / 2)
    metric.reset_state()
    assert float(metric.result()) == 0
