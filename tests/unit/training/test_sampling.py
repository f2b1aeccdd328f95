import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from melanoma.training.sampling import order_epoch, weigh_classes

TRUTH = np.array([0] * 9 + [1], dtype=np.int32)


def test_balanced_draws_both_classes_equally_often_and_no_image_twice_before_each_once():
    drawn = np.bincount(order_epoch(TRUTH, "balanced", 3, 0), minlength=10)
    assert (drawn[:9].sum(), drawn[9]) == (5, 5)
    assert drawn[:9].max() == 1


def test_sqrt_draws_by_the_square_root():
    counts = {int((order_epoch(TRUTH, "sqrt", seed, 0) == 9).sum()) for seed in range(20)}
    assert counts == {2, 3}  # a quarter of ten, rounded either way


def test_without_a_sampler_each_image_is_drawn_once():
    assert sorted(order_epoch(TRUTH, "none", 3, 0)) == list(range(10))


@pytest.mark.parametrize("sampler", ["none", "balanced", "sqrt"])
def test_the_order_follows_from_seed_and_epoch_alone(sampler):
    first = order_epoch(TRUTH, sampler, 3, 1)
    assert (first == order_epoch(TRUTH, sampler, 3, 1)).all()
    assert (first != order_epoch(TRUTH, sampler, 3, 2)).any()
    assert (first != order_epoch(TRUTH, sampler, 4, 1)).any()


def test_class_weights_are_those_of_scikit_learn():
    truth = np.repeat([0, 1, 2], [30, 7, 3])
    expected = compute_class_weight("balanced", classes=np.arange(3), y=truth)
    assert weigh_classes(np.bincount(truth)) == pytest.approx(expected, rel=1e-6)


def test_a_class_without_images_leaves_the_mean_weight_at_one():
    images = np.array([30, 10, 0])
    weights = weigh_classes(images)
    assert weights[:2] == pytest.approx([2 / 3, 2])
    assert (weights * images).sum() / 40 == pytest.approx(1)
