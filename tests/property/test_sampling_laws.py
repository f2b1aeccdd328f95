"""What holds of every epoch, whatever the classes and the sampler."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from melanoma.training.sampling import order_epoch, weigh_classes

CLASS_SIZES = st.lists(st.integers(0, 40), min_size=1, max_size=6).filter(any)


@given(CLASS_SIZES, st.sampled_from(["none", "balanced", "sqrt"]), st.integers(0, 9), st.integers(0, 9))
def test_an_epoch_keeps_its_length_and_each_class_has_its_share(sizes, sampler, seed, epoch):
    truth = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    order = order_epoch(truth, sampler, seed, epoch)
    assert len(order) == len(truth)
    share = {"none": lambda n: n, "balanced": lambda n: n > 0, "sqrt": lambda n: n**0.5}[sampler]
    shares = np.array([float(share(n)) for n in sizes])
    expected = shares / shares.sum() * len(truth)
    drawn = np.bincount(order, minlength=len(truth))
    by_class = np.array([drawn[truth == code].sum() for code in range(len(sizes))])
    assert (np.abs(by_class - expected) < 1 + 1e-6).all()
    for code in np.flatnonzero(sizes):
        own = drawn[truth == code]
        assert own.max() - own.min() <= 1  # no image is seen twice more often than another of its class


@given(CLASS_SIZES)
def test_weighted_all_classes_weigh_the_same_and_an_image_one_on_average(sizes):
    images = np.array(sizes)
    total = weigh_classes(images) * images
    present = total[images > 0]
    np.testing.assert_allclose(present, images.sum() / len(present), rtol=1e-5)
