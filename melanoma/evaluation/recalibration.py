"""Slope and intercept of a probability by logistic recalibration, for many weightings of the same rows.

Cox (1958, Biometrika 45:562-565) regresses the outcome on the logit of its stated probability: logit P(y = 1) =
a + b * logit(p). A calibrated probability has b = 1, and a = 0 where b is held at 1. A slope below 1 is of
probabilities that are too extreme; an intercept below 0 of probabilities that are too high on average (Van Calster et
al. 2019, BMC Medicine 17:230). Both are fitted by Newton's method, for all weightings at once.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import expit, logit, ndtr

from melanoma.evaluation.interval import Interval, Z
from melanoma.evaluation.ranking import divide
from melanoma.evaluation.scored_rows import Bools, Floats

# A probability of 0 or 1 has no logit.
LEAST = 1e-6
_STEPS, _HALVINGS = 60, 30
# Of the gradient, in events per row: an estimate that is off by this is the same to nine decimals.
_FLAT = 1e-12


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


def centred_interval(value: float, draws: Floats) -> Interval:
    """Return the interval of a coefficient of a logistic regression: normal, rid of the resamples' bias.

    A coefficient is too far from 0 where events are few, and a resample's is so twice; its largest values have no
    bound. The quantiles of the resamples therefore held the true slope in 83 to 92 % of simulations with 16 to 64
    events; with bias and spread taken off the resamples (Davison and Hinkley 1997, Bootstrap Methods and their
    Application, section 5.2) it was 93 to 98 %. Both are taken from quantiles, which a resample of a slope that is all
    but infinite leaves as they are: the median, and the half distance of the quantiles one standard deviation out.

    Args:
        value: On the split itself.
        draws: Float64 [B], on the resamples.

    Returns:
        Low and high, which hold the value.

    Examples:
        Draws from 0 to 2 have a median of 1, so 0.2 is taken off 0.8; half of 2 * 0.6827 is the spread, times 1.96.

        >>> [round(end, 2) for end in centred_interval(0.8, np.linspace(0, 2, 2001))]
        [-0.74, 1.94]
    """
    low, middle, high = (float(end) for end in np.quantile(draws, [ndtr(-1), 0.5, ndtr(1)]))
    centre, half = 2 * value - middle, Z * (high - low) / 2
    return min(centre - half, value), max(centre + half, value)


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
    problem = _Problem(binary.events, weights, design, offset)
    found = np.zeros((len(weights), design.shape[1]))
    if len(weights) > 1:
        # All weightings together have a maximum if one of them has; from there it is half as far to each.
        found += np.nan_to_num(_fit(binary, weights.sum(axis=0, keepdims=True), design, offset))
    reached = problem.likelihood(found)
    for _ in range(_STEPS):
        gradient, hessian = problem.derive(found)
        open_ = np.abs(gradient).max(axis=1, initial=0) > _FLAT * problem.total
        if not open_.any():
            return found
        step = np.where(open_[:, None], _solve(hessian, gradient), 0)
        found, reached = _climb(problem, found, step, reached)
    found[open_] = np.nan
    return found


@dataclass(frozen=True, eq=False)
class _Problem:
    """A logistic regression of n rows under B weightings, on k columns and an offset."""

    events: Bools
    weights: Floats
    design: Floats
    offset: Floats

    @cached_property
    def total(self) -> Floats:
        return np.asarray(self.weights.sum(axis=1))

    @cached_property
    def products(self) -> Floats:
        return (self.design[:, :, None] * self.design[:, None, :]).reshape(len(self.design), -1)

    def derive(self, found: Floats) -> tuple[Floats, Floats]:
        """Return the gradient, [B, k], and minus the matrix of second derivatives, [B, k, k]."""
        mean = expit(found @ self.design.T + self.offset)
        size = self.design.shape[1]
        gradient = (self.weights * (self.events - mean)) @ self.design
        return gradient, ((self.weights * mean * (1 - mean)) @ self.products).reshape(-1, size, size)

    def likelihood(self, found: Floats) -> Floats:
        """Return the log likelihood per unit of weight, [B]."""
        predictor = found @ self.design.T + self.offset
        each = self.events * predictor - np.maximum(predictor, 0) - np.log1p(np.exp(-np.abs(predictor)))
        return divide(np.einsum("bn,bn->b", self.weights, each), self.total)


def _solve(hessian: Floats, gradient: Floats) -> Floats:
    """Solve one small system for each weighting; a nearly singular one is held up by a trace of the identity."""
    floor = 1e-12 * np.trace(hessian, axis1=1, axis2=2)[:, None, None] + 1e-300
    return np.asarray(np.linalg.solve(hessian + floor * np.eye(hessian.shape[1]), gradient[:, :, None])[:, :, 0])


def _climb(problem: _Problem, found: Floats, step: Floats, reached: Floats) -> tuple[Floats, Floats]:
    """Take the step, halved for those weightings that it would lead down; return the place and its likelihood."""
    for _ in range(_HALVINGS):
        ahead = problem.likelihood(found + step)
        down = ahead < reached - 1e-12 * np.abs(reached)
        if not down.any():
            break
        step = np.where(down[:, None], step / 2, step)
    return found + step, ahead
