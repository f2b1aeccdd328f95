"""How good probabilities are on validation rows, which heads are chosen by."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from melanoma.training.objective import log_softmax

CHOSEN_BY = {  # of `train.head.choose`, the figure by which a head is chosen
    "brier": "balanced_brier",
    "cross_entropy": "balanced_loss",
    "balanced_accuracy": "balanced_accuracy",
}
_LEAST_PROBABILITY = 1e-12


def score_logits(logits: NDArray[np.float64], truth: NDArray[np.intp]) -> dict[str, float]:
    """Score what a head says of all views of the validation rows together.

    Args:
        logits: [views, n, classes].
        truth: Position of each row's diagnosis, [n], with at least one row.

    Returns:
        ``val_loss``, the mean cross-entropy, and ``val_accuracy``; ``val_balanced_loss`` and
        ``val_balanced_accuracy``, in which each diagnosis that has rows weighs the same; and ``val_balanced_brier``,
        in which it does too: the squared error of the probabilities, 0 to 2 (Brier 1950, Verification of Forecasts
        Expressed in Terms of Probability).
    """
    mean = np.exp(log_softmax(logits)).mean(axis=0)
    losses = -np.log(np.maximum(mean[np.arange(len(truth)), truth], _LEAST_PROBABILITY))
    errors = ((mean - np.eye(logits.shape[2])[truth]) ** 2).sum(axis=1)
    hits = (mean.argmax(axis=1) == truth).astype(np.float64)
    return {
        "val_loss": float(losses.mean()),
        "val_accuracy": float(hits.mean()),
        "val_balanced_loss": _mean_over_classes(losses, truth),
        "val_balanced_brier": _mean_over_classes(errors, truth),
        "val_balanced_accuracy": _mean_over_classes(hits, truth),
    }


def rank_of(choose: str, score: Mapping[str, float]) -> tuple[float, float]:
    """Return what is least for the best score; the balanced cross-entropy decides between equals.

    Args:
        choose: `train.head.choose`.
        score: What `score_logits` gives.
    """
    figure = score[f"val_{CHOSEN_BY[choose]}"]
    return (-figure if choose == "balanced_accuracy" else figure, score["val_balanced_loss"])


def _mean_over_classes(values: NDArray[np.float64], truth: NDArray[np.intp]) -> float:
    return float(np.mean([values[truth == code].mean() for code in np.unique(truth)]))
