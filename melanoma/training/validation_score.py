"""How good probabilities are on validation rows, which heads are chosen by."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from melanoma.training.objective import log_softmax

_LEAST_PROBABILITY = 1e-12


def score_logits(logits: NDArray[np.float64], truth: NDArray[np.intp]) -> dict[str, float]:
    """Score what a head says of all views of the validation rows together.

    Args:
        logits: [views, n, classes].
        truth: Position of each row's diagnosis, [n], with at least one row.

    Returns:
        ``val_loss``, the mean cross-entropy, and ``val_accuracy``; ``val_balanced_loss`` and
        ``val_balanced_accuracy``, in which each diagnosis that has rows weighs the same.
    """
    mean = np.exp(log_softmax(logits)).mean(axis=0)
    losses = -np.log(np.maximum(mean[np.arange(len(truth)), truth], _LEAST_PROBABILITY))
    hits = (mean.argmax(axis=1) == truth).astype(np.float64)
    return {
        "val_loss": float(losses.mean()),
        "val_accuracy": float(hits.mean()),
        "val_balanced_loss": _mean_over_classes(losses, truth),
        "val_balanced_accuracy": _mean_over_classes(hits, truth),
    }


def rank_of(choose: str, score: Mapping[str, float]) -> tuple[float, float]:
    """Return what is least for the best score; the balanced cross-entropy decides between equals."""
    loss = score["val_balanced_loss"]
    return (loss, 0.0) if choose == "cross_entropy" else (-score["val_balanced_accuracy"], loss)


def _mean_over_classes(values: NDArray[np.float64], truth: NDArray[np.intp]) -> float:
    return float(np.mean([values[truth == code].mean() for code in np.unique(truth)]))
