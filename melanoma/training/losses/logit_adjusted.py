"""Logit-adjusted cross-entropy (Menon et al. 2021, Long-tail learning via logit adjustment, equation 10)."""

import numpy as np
from keras import ops
from numpy.typing import NDArray

from melanoma.config.train import TrainConfig
from melanoma.training.loss import Loss, LossFunction, Tensor
from melanoma.training.losses.cross_entropy import plain_cross_entropy


def build(config: TrainConfig, images: NDArray[np.int64]) -> LossFunction:
    """Build it.

    While training, tau * log(prior) is added to the logits, so that the network need not learn how frequent a class is;
    its own logits, which predictions use, then treat all classes alike. A class without training images counts as if it
    had one: its logarithm would not be finite.

    Args:
        config: ``tau``.
        images: Training images of each class, [classes].

    Returns:
        truth [n], logits [n, classes] -> [n].

    Examples:
        With 30 and 10 training images, equal logits and tau 1, the adjusted probabilities are the priors (3/4, 1/4):
        the frequent truth costs log(4/3) = 0.288, the rare one log 4 = 1.386.
    """
    counted = np.maximum(images, 1)
    adjustment = (config.tau * np.log(counted / counted.sum())).astype(np.float32)

    def adjusted(truth: Tensor, logits: Tensor) -> Tensor:
        return plain_cross_entropy(truth, logits + ops.convert_to_tensor(adjustment))

    return adjusted


LOSS = Loss("logit_adjusted", build)
