"""The log loss: minus the mean logarithm of the probability that was given to the true class."""

import numpy as np

from melanoma.evaluation.metric import Metric
from melanoma.evaluation.ranking import divide
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Floats, ScoredRows

# What is rounded to 0 would cost without bound.
LEAST = 1e-12


def log_probabilities(probabilities: Floats) -> Floats:
    """Return log p of probabilities of at least `LEAST`."""
    return np.log(np.clip(probabilities, LEAST, None))


def log_loss(sample: Sample) -> Floats:
    """Return the mean over rows of -log p of the true class, in nats (Good 1952, JRSS B 14:107-114).

    Args:
        sample: B weightings.

    Returns:
        Float64 [B].

    Examples:
        A true class at 0.5 and one at 1: (log 2 + 0) / 2.

        >>> from melanoma.evaluation.sample import whole_sample
        >>> from melanoma.evaluation.scored_rows import ScoredRows
        >>> rows = ScoredRows(
        ...     classes=("melanoma", "nevus"),
        ...     truth=np.array([0, 0]),
        ...     predicted=np.array([0, 0]),
        ...     probabilities=np.array([[0.5, 0.5], [1.0, 0.0]]),
        ...     groups=np.arange(2),
        ... )
        >>> log_loss(whole_sample(rows)).round(4)
        array([0.3466])
    """
    rows = sample.rows
    losses = -log_probabilities(rows.probabilities[np.arange(rows.size), rows.truth])
    return divide(np.asarray(sample.weights @ losses), sample.total)


def name_unit(rows: ScoredRows) -> str:
    """Say the unit, and what is done with a probability of 0."""
    return f"in nats, probabilities of at least {LEAST:g}"


LOG_LOSS = Metric(
    name="log_loss",
    function=log_loss,
    needs="the split has no row",
    upper=-float(np.log(LEAST)),
    note=name_unit,
)
