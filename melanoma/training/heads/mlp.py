"""One hidden layer with ReLU and dropout, trained by Adam; the epoch with the best validation score is kept."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from melanoma.errors import ModelError
from melanoma.seeding import derive_seed, generator
from melanoma.training.determinism import seed_training
from melanoma.training.devices import share_batches
from melanoma.training.head_kind import FittedHead, HeadKind, HeadRequest
from melanoma.training.objective import Objective, make_objective
from melanoma.training.validation_score import rank_of, score_logits

Weights = list[NDArray[np.float32]]


@dataclass(frozen=True)
class _Rows:
    """Each view of each row that the head sees: features, targets, weights of mean 1, and diagnoses."""

    features: NDArray[np.float32]
    positions: NDArray[np.intp]
    targets: NDArray[np.float32]
    weights: NDArray[np.float32]
    truth: NDArray[np.intp]


def fit_mlp(request: HeadRequest, progress: Callable[[str, float], None]) -> FittedHead:
    """Fit a perceptron epoch by epoch; early stopping watches the score that validation rows choose by.

    Args:
        request: What to fit, on what.
        progress: Is told each epoch.

    Returns:
        The network of the best epoch, or of the last one without early stopping.

    Raises:
        ConfigError: If batches are to be shared by more devices than there are.
        ModelError: If the loss is no longer finite.
    """
    seed_training(derive_seed(request.seed, "mlp head"), request.config.deterministic)
    config = request.config
    objective = make_objective(request.training.truth[request.kept], request.classes, config)
    rows = _rows(request, objective)
    with share_batches(config.devices):
        network = _build(request)
        network.compile(keras.optimizers.Adam(config.learning_rate), loss=_loss_of(objective))
    steps: list[dict[str, float]] = []
    best, weights = 0, network.get_weights()
    for epoch in range(config.epochs):
        with share_batches(config.devices):
            loss = _train_epoch(network, rows, request, epoch)
        steps.append({"loss": loss, **_score(request, network, rows)})
        if epoch == 0 or not config.early_stopping or _rank(request, steps[epoch]) < _rank(request, steps[best]):
            best, weights = epoch, network.get_weights()
        progress(_said(epoch, config.epochs, steps[epoch]), (epoch + 1) / config.epochs)
        if epoch - best >= config.patience:
            break
    return FittedHead(_unstandardised(request, weights), steps, best)


def _build(request: HeadRequest) -> keras.Model:
    """Build the network: [n, features] -> [n, hidden] -> [n, classes]."""
    features = keras.Input((request.training.features.shape[-1],), name="features")
    hidden = layers.Dense(request.config.head.hidden, activation="relu", dtype="float32", name="hidden")(features)
    dropped = layers.Dropout(request.config.dropout, dtype="float32", name="dropout")(hidden)
    logits = layers.Dense(request.classes, dtype="float32", name="logits")(dropped)
    return keras.Model(features, logits, name=request.name)


def _rows(request: HeadRequest, objective: Objective) -> _Rows:
    training, kept = request.training, request.kept
    targets = np.zeros((len(kept), request.classes), dtype=np.float32)
    weights = np.zeros(len(kept), dtype=np.float32)
    targets[kept], weights[kept] = objective.targets, objective.weights * len(objective.weights)
    seen = np.flatnonzero(training.per_view(kept))
    of_views = (training.per_view(values) for values in (targets, weights, training.truth))
    return _Rows(training.flat, seen, *of_views)


def _loss_of(objective: Objective) -> Callable[..., keras.KerasTensor]:
    """Return the loss of `melanoma.training.objective` in Keras' terms; Keras derives it and weighs the rows."""
    offset = objective.offset.astype(np.float32)

    def loss(targets: keras.KerasTensor, logits: keras.KerasTensor) -> keras.KerasTensor:
        log_p = ops.log_softmax(logits + offset)
        focus = (1 - ops.exp(log_p)) ** objective.gamma if objective.gamma else 1.0
        return -ops.sum(targets * focus * log_p, axis=-1)

    return loss


def _train_epoch(network: keras.Model, rows: _Rows, request: HeadRequest, epoch: int) -> float:
    """Pass over the rows once, in an order that follows from seed and epoch, and return the mean loss."""
    order = generator(request.seed, "order of epoch", epoch).permutation(rows.positions)
    size, total = request.config.batch_size, 0.0
    network.reset_metrics()
    for start in range(0, len(order), size):
        batch = order[start : start + size]
        total = float(network.train_on_batch(rows.features[batch], rows.targets[batch], rows.weights[batch]))
    if not math.isfinite(total):
        raise ModelError(f"epoch {epoch + 1}: the head's loss is {total}; lower train.learning_rate")
    return total


def _score(request: HeadRequest, network: keras.Model, rows: _Rows) -> dict[str, float]:
    training = network.predict(rows.features, batch_size=1024, verbose=0).argmax(axis=1)
    validation = network.predict(request.validation.flat, batch_size=1024, verbose=0).astype(np.float64)
    of_views = validation.reshape(*request.validation.features.shape[:2], -1)
    hits = (training == rows.truth)[rows.positions]
    return {"accuracy": float(hits.mean()), **score_logits(of_views, request.validation.truth)}


def _rank(request: HeadRequest, step: dict[str, float]) -> tuple[float, float]:
    return rank_of(request.config.head.choose, step)


def _said(epoch: int, epochs: int, step: dict[str, float]) -> str:
    return f"epoch {epoch + 1}/{epochs} · validation balanced accuracy {step['val_balanced_accuracy']:.3f}"


def _unstandardised(request: HeadRequest, weights: Weights) -> keras.Model:
    """Return the network for features as they are: the first layer standardises them too."""
    network = _build(request)
    first = request.standard.fold(weights[0].astype(np.float64), weights[1].astype(np.float64))
    network.set_weights([*first, *weights[2:]])
    return network


HEAD = HeadKind("mlp", "epoch", fit_mlp)
