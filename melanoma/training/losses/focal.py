"""Focal loss (Lin et al. 2017, Focal Loss for Dense Object Detection, equation 4), over all classes."""

import numpy as np
from keras import ops
from numpy.typing import NDArray

from melanoma.config.train import TrainConfig
from melanoma.training.loss import Loss, LossFunction, Tensor
from melanoma.training.losses.cross_entropy import plain_cross_entropy

_LEAST_DOUBT = 1e-7  # the slope of doubt ** gamma is infinite at 0 where gamma is below 1


def build(config: TrainConfig, images: NDArray[np.int64]) -> LossFunction:
    """Build it: (1 - p) ** gamma times the cross-entropy, where p is the probability of the truth.

    Args:
        config: ``focal_gamma``; 0 is the cross-entropy.
        images: Training images of each class; they do not count.

    Returns:
        truth [n], logits [n, classes] -> [n].

    Examples:
        Logits (log 3, 0) are the probabilities (3/4, 1/4). With gamma 2 the truth 0 costs (1/4)**2 * log(4/3) = 0.018,
        the truth 1 costs (3/4)**2 * log 4 = 0.780: 43 times as much, where the cross-entropy says 5 times.
    """

    def focal(truth: Tensor, logits: Tensor) -> Tensor:
        cost = plain_cross_entropy(truth, logits)
        doubt = ops.maximum(1 - ops.exp(-cost), _LEAST_DOUBT)
        return doubt**config.focal_gamma * cost

    return focal


LOSS = Loss("focal", build)
