"""What a head minimises: the loss of its logits, and the derivative."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melanoma.config.train import TrainConfig

_LEAST_LEFT = 1e-12


@dataclass(frozen=True)
class Objective:
    """A weighted mean of cross-entropies or focal losses.

    Attributes:
        targets: What each row should be given, float64, [n, classes], rows summing to 1.
        weights: What each row weighs, float64, [n], summing to 1.
        offset: What is added to the logits in training alone, [classes].
        gamma: Focus of the focal loss; 0 is cross-entropy.
    """

    targets: NDArray[np.float64]
    weights: NDArray[np.float64]
    offset: NDArray[np.float64]
    gamma: float

    def evaluate(self, logits: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Return the loss and its derivative.

        With p the softmax of logits and offset, y the targets and g gamma, a row's loss is
        ``-sum_c y_c (1 - p_c)^g log p_c`` (Lin et al. 2017, Focal Loss for Dense Object Detection, equation 4); its
        derivative by logit j is ``h_j - p_j sum_c h_c``, where ``h_c = y_c (g p_c (1 - p_c)^(g - 1) log p_c - (1 -
        p_c)^g)``.

        Args:
            logits: [n, classes].

        Returns:
            The mean loss, and its derivative by the logits, [n, classes].
        """
        log_p = log_softmax(logits + self.offset)
        p = np.exp(log_p)
        pull = -self.targets
        losses = self.targets * log_p
        if self.gamma:
            left = np.maximum(1 - p, _LEAST_LEFT)
            pull = self.targets * (self.gamma * p * left ** (self.gamma - 1) * log_p - left**self.gamma)
            losses = losses * left**self.gamma
        derivative = pull - p * pull.sum(axis=1, keepdims=True)
        return -float(self.weights @ losses.sum(axis=1)), derivative * self.weights[:, None]


def make_objective(truth: NDArray[np.intp], classes: int, config: TrainConfig) -> Objective:
    """Put together what the configuration asks for.

    A sampler draws rare diagnoses more often. A head sees all rows in every step, so they weigh more instead, which is
    the same in expectation.

    Args:
        truth: Position of each training row's diagnosis, [n].
        classes: Number of diagnoses.
        config: Loss, tau, focal_gamma, label_smoothing, class_weights, sampler.

    Returns:
        The objective.
    """
    counts = np.maximum(np.bincount(truth, minlength=classes), 1).astype(np.float64)
    smoothing = config.label_smoothing
    targets = np.eye(classes)[truth] * (1 - smoothing) + smoothing / classes
    offset = config.tau * np.log(counts / counts.sum()) if config.loss == "logit_adjusted" else np.zeros(classes)
    of_class = counts ** -_rarity_power(config)
    weights = of_class[truth] / of_class[truth].sum()
    return Objective(targets, weights, offset, config.focal_gamma if config.loss == "focal" else 0.0)


def log_softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the logarithm of the probabilities, over the last axis."""
    lowered = logits - logits.max(axis=-1, keepdims=True)
    result: NDArray[np.float64] = lowered - np.log(np.exp(lowered).sum(axis=-1, keepdims=True))
    return result


def _rarity_power(config: TrainConfig) -> float:
    """Return p where an image of a diagnosis of n images weighs 1 / n^p."""
    drawn = {"none": 0.0, "sqrt": 0.5, "balanced": 1.0}[config.sampler]
    return drawn + (1.0 if config.class_weights == "balanced" else 0.0)
