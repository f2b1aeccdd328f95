"""Slope and intercept of a probability by logistic recalibration, for many weightings of the same rows.

Cox (1958, Biometrika 45:562-565) regresses the outcome on the logit of its stated probability: logit P(y = 1) =
a + b * logit(p). A calibrated probability has b = 1, and a = 0 where b is held at 1. A slope below 1 is of
probabilities that are too extreme; an intercept below 0 of probabilities that are too high on average (Van Calster et
al. 2019, BMC Medicine 17:230). Both are fitted by Newton's method, for all weightings at once.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from melanoma.evaluation.ranking import divide
from melanoma.evaluation.scored_rows import Bools, Floats

# A probability of 0 or 1 has no logit.
LEAST = 1e-6
_STEPS, _HALVINGS = 60, 30
# Of the gradient, in events per row: an estimate that is off by this is off by far less than a resample's noise.
_FLAT = 1e-10


@dataclass(frozen=True, eq=False)
class Binary:
    """The rows of one split as a binary question.

    Attributes:
        logits: Float64 [n], of the stated probability, which is kept within `LEAST` of 0 and 1.
        events: Bool [n], whether it came true.
    """

    logits: Floats
    events: Bools


def ask(probabilities: Floats, events: Bools) -> Binary:
    """Take probabilities, float64 [n] in [0, 1], and what came true, bool [n], as a binary question."""
    return Binary(np.asarray(logit(np.clip(probabilities, LEAST, 1 - LEAST))), events)


def fit_slopes(binary: Binary, weights: Floats) -> Floats:
    """Return the calibration slope of each weighting, fitted together with an intercept.

    Args:
        binary: n rows.
        weights: Float64 [B, n], not negative.

    Returns:
        Float64 [B]; not a number where a line parts the events from the rest, so that the best slope is infinite, or
        where all rows state the same.
    """
    slopes = np.full(len(weights), np.nan)
    usable = ~_is_separated(binary, weights)
    design = np.stack([np.ones_like(binary.logits), binary.logits], axis=1)
    slopes[usable] = _fit(binary, weights[usable], design, np.zeros_like(binary.logits))[:, 1]
    return slopes


def fit_intercepts(binary: Binary, weights: Floats) -> Floats:
    """Return the calibration intercept of each weighting, with the slope held at 1 ("calibration in the large").

    Args:
        binary: n rows.
        weights: Float64 [B, n], not negative.

    Returns:
        Float64 [B]; not a number where there are no events or nothing but events.
    """
    intercepts = np.full(len(weights), np.nan)
    usable = (weights @ binary.events > 0) & (weights @ ~binary.events > 0)
    design = np.ones((len(binary.logits), 1))
    intercepts[usable] = _fit(binary, weights[usable], design, binary.logits)[:, 0]
    return intercepts


def _is_separated(binary: Binary, weights: Floats) -> Bools:
    """Tell where the likelihood has no maximum (Albert and Anderson 1984, Biometrika 71:1-10); bool [B]."""
    low, high = _ends(binary.logits[binary.events], weights[:, binary.events])
    low_rest, high_rest = _ends(binary.logits[~binary.events], weights[:, ~binary.events])
    return (low >= high_rest) | (low_rest >= high)


def _ends(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return the smallest and largest value that has weight, float64 [B] each; infinite where none has."""
    there = weights > 0
    low = np.where(there, values, np.inf).min(axis=1, initial=np.inf)
    return low, np.where(there, values, -np.inf).max(axis=1, initial=-np.inf)


def _fit(binary: Binary, weights: Floats, design: Floats, offset: Floats) -> Floats:
    """Maximise the weighted likelihood.

    Args:
        binary: n rows.
        weights: Float64 [B, n], with a maximum each.
        design: Float64 [n, k].
        offset: Float64 [n], added to the linear predictor.

    Returns:
        Float64 [B, k]; not a number where no maximum was reached.
    """
    found = np.zeros((len(weights), design.shape[1]))
    products = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    total = weights.sum(axis=1)
    for _ in range(_STEPS):
        mean = expit(found @ design.T + offset)
        gradient = (weights * (binary.events - mean)) @ design
        open_ = np.abs(gradient).max(axis=1, initial=0) > _FLAT * total
        if not open_.any():
            return found
        hessian = ((weights * mean * (1 - mean)) @ products).reshape(len(weights), design.shape[1], -1)
        step = _solve(hessian, gradient)
        found = np.where(open_[:, None], _climb(found, step, (binary, weights, design, offset)), found)
    found[open_] = np.nan
    return found


def _solve(hessian: Floats, gradient: Floats) -> Floats:
    """Solve one small system for each weighting; a nearly singular one is held up by a trace of the identity."""
    size = hessian.shape[1]
    floor = 1e-12 * np.trace(hessian, axis1=1, axis2=2)[:, None, None] + 1e-300
    return np.asarray(np.linalg.solve(hessian + floor * np.eye(size), gradient[:, :, None])[:, :, 0])


def _climb(found: Floats, step: Floats, problem: tuple[Binary, Floats, Floats, Floats]) -> Floats:
    """Take the step, halved for those weightings that it would lead down."""
    start = _likelihood(found, *problem)
    for _ in range(_HALVINGS):
        down = _likelihood(found + step, *problem) < start - 1e-12 * np.abs(start)
        if not down.any():
            break
        step = np.where(down[:, None], step / 2, step)
    return found + step


def _likelihood(found: Floats, binary: Binary, weights: Floats, design: Floats, offset: Floats) -> Floats:
    """Return the log likelihood per unit of weight, float64 [B]."""
    predictor = found @ design.T + offset
    each = np.where(binary.events, predictor, 0) - np.logaddexp(0, predictor)
    return divide(np.einsum("bn,bn->b", weights, each), weights.sum(axis=1))
