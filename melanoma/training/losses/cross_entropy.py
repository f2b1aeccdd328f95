"""Cross-entropy: minus the logarithm of the probability of the truth, with labels smoothed where that is asked for."""

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from melanoma.config.train import TrainConfig
from melanoma.training.loss import Loss, LossFunction, Tensor


def build(config: TrainConfig, images: NDArray[np.int64]) -> LossFunction:
    """Build it.

    With a label smoothing of e, the truth has the share 1 - e, and e is spread over all K classes alike (Szegedy et al.
    2016, Rethinking the Inception Architecture for Computer Vision, section 7).

    Args:
        config: ``label_smoothing``.
        images: Training images of each class, [classes]; only their number of classes counts.

    Returns:
        truth [n], logits [n, K] -> [n].

    Examples:
        Logits (log 3, 0) are the probabilities (3/4, 1/4), so the truth 0 costs log(4/3) = 0.288. With a smoothing of
        0.2 the label is (0.9, 0.1), and it costs 0.9 * log(4/3) + 0.1 * log 4 = 0.398.
    """
    if not config.label_smoothing:
        return plain_cross_entropy

    def smoothed(truth: Tensor, logits: Tensor) -> Tensor:
        labels = ops.one_hot(ops.cast(truth, "int32"), len(images), dtype="float32")
        return keras.losses.categorical_crossentropy(
            labels, logits, from_logits=True, label_smoothing=config.label_smoothing
        )

    return smoothed


def plain_cross_entropy(truth: Tensor, logits: Tensor) -> Tensor:
    """Return the cross-entropy of each image: truth [n], logits [n, K] -> [n]."""
    return ops.sparse_categorical_crossentropy(ops.cast(truth, "int32"), logits, from_logits=True)


LOSS = Loss("cross_entropy", build)
