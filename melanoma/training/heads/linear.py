"""Multinomial logistic regression: L-BFGS along a path of L2 strengths, of which validation rows choose one."""

from collections.abc import Callable

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray
from scipy.optimize import fmin_l_bfgs_b
from threadpoolctl import threadpool_limits

from melanoma.training.head_kind import FittedHead, HeadKind, HeadRequest, Labelled
from melanoma.training.objective import Objective, make_objective
from melanoma.training.validation_score import rank_of, score_logits

# Each strength starts where the one before ended. What further steps move, validation folds did not show.
_MOST_STEPS = 60
# Where the loss has come to rest as far as float32 products can tell.
_LOSS_RESTS, _GRADIENT_RESTS = 1e-8, 1e-6
# Numbers in the features. Below that threads wait for each other longer than they work: on a machine with other work
# seventy rows took a hundred times as long with them.
_WORTH_THREADS = 2**22

Weights = NDArray[np.float64]


def fit_linear(request: HeadRequest, progress: Callable[[str, float], None]) -> FittedHead:
    """Fit a logistic regression for each strength, from the strongest, each starting where the one before ended.

    The rows of another fold than the head's weigh nothing, so that all heads share one array of features.

    Args:
        request: What to fit, on what.
        progress: Is told each strength that is done.

    Returns:
        The regression of the strength with the best validation score; of equals, the strongest.
    """
    objective = _objective(request)
    path = sorted(set(request.config.head.l2), reverse=True)
    weights = np.zeros((request.training.features.shape[-1] + 1, request.classes))
    steps: list[dict[str, float]] = []
    found: list[Weights] = []
    for number, l2 in enumerate(path):
        weights, iterations = _minimise(request.training.flat, objective, l2, weights)
        steps.append({"l2": l2, "iterations": iterations, **_score(request, objective, weights)})
        found.append(weights)
        said = f"l2 {l2:g} · validation balanced accuracy {steps[-1]['val_balanced_accuracy']:.3f}"
        progress(said, (number + 1) / len(path))
    best = min(range(len(path)), key=lambda step: rank_of(request.config.head.choose, steps[step]))
    return FittedHead(_network(request, found[best]), steps, best)


def _objective(request: HeadRequest) -> Objective:
    """Return the objective over all views of all rows, of which those that are left out weigh nothing."""
    training, kept = request.training, request.kept
    of_kept = make_objective(training.truth[kept], request.classes, request.config)
    weights, targets = np.zeros(len(kept)), np.zeros((len(kept), request.classes))
    weights[kept], targets[kept] = of_kept.weights / len(training.features), of_kept.targets
    return Objective(training.per_view(targets), training.per_view(weights), of_kept.offset, of_kept.gamma)


def _minimise(features: NDArray[np.float32], objective: Objective, l2: float, start: Weights) -> tuple[Weights, int]:
    """Minimise loss + l2 / 2 * sum of squared weights; biases, the last row, are not penalised."""
    shape = start.shape

    def loss_and_gradient(flat: Weights) -> tuple[float, Weights]:
        weights = flat.reshape(shape)
        loss, derivative = objective.evaluate(_logits(features, weights))
        gradient = np.empty(shape)
        gradient[:-1] = features.T @ derivative.astype(np.float32) + l2 * weights[:-1]
        gradient[-1] = derivative.sum(axis=0)
        return loss + l2 / 2 * float((weights[:-1] ** 2).sum()), gradient.ravel()

    with threadpool_limits(1 if features.size < _WORTH_THREADS else None, user_api="blas"):
        flat, _, state = fmin_l_bfgs_b(
            loss_and_gradient,
            start.ravel(),
            m=20,
            factr=_LOSS_RESTS / np.finfo(np.float64).eps,
            pgtol=_GRADIENT_RESTS,
            maxiter=_MOST_STEPS,
        )
    return np.asarray(flat, dtype=np.float64).reshape(shape), int(state["nit"])


def _logits(features: NDArray[np.float32], weights: Weights) -> NDArray[np.float64]:
    """Return the logits, [n, classes]; the products are float32, which halves their time, sums over rows are not."""
    logits: NDArray[np.float64] = features @ weights[:-1].astype(np.float32) + weights[-1]
    return logits


def _score(request: HeadRequest, objective: Objective, weights: Weights) -> dict[str, float]:
    logits = _logits(request.training.flat, weights)
    seen = request.training.per_view(request.kept)
    hits = logits.argmax(axis=1) == request.training.per_view(request.training.truth)
    score = score_logits(_of_views(request.validation, weights), request.validation.truth)
    return {"loss": objective.evaluate(logits)[0], "accuracy": float(hits[seen].mean()), **score}


def _of_views(rows: Labelled, weights: Weights) -> NDArray[np.float64]:
    return _logits(rows.flat, weights).reshape(*rows.features.shape[:2], -1)


def _network(request: HeadRequest, weights: Weights) -> keras.Model:
    """Return the regression as one layer that takes features as they are."""
    features = keras.Input((len(weights) - 1,), name="features")
    layer = layers.Dense(request.classes, dtype="float32", name="logits")
    network = keras.Model(features, layer(features), name=request.name)
    layer.set_weights(request.standard.fold(weights[:-1], weights[-1]))
    return network


HEAD = HeadKind("linear", "l2", fit_linear)
