"""Train a network on training rows, watching validation rows."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras

from melanoma.config.train import TrainConfig
from melanoma.data.examples import ExampleSet
from melanoma.errors import ModelError
from melanoma.models.catalog import find_network
from melanoma.models.network import Shape
from melanoma.training.batches import Batches
from melanoma.training.determinism import make_deterministic


@dataclass(frozen=True)
class TrainingRequest:
    """What to train, on what.

    Attributes:
        training: The rows to learn from.
        validation: The rows to watch.
        classes: Diagnoses in the order of the logits.
        config: How.
        precision: ``float32`` or ``mixed_bfloat16``.
        seed: Decides initial weights, order and dropout.
    """

    training: ExampleSet
    validation: ExampleSet
    classes: list[str]
    config: TrainConfig
    precision: str
    seed: int


@dataclass(frozen=True)
class Trained:
    """The network with its best weights, and `history.json`."""

    network: keras.Model
    history: dict[str, Any]


def train_network(request: TrainingRequest, progress: Callable[[str, float], None]) -> Trained:
    """Fit a network with Adam and cross-entropy, and keep the weights with the lowest validation loss.

    Args:
        request: What to train, on what.
        progress: Is told each finished epoch, and the share of epochs that are done.

    Returns:
        The trained network and its history.

    Raises:
        ModelError: If the loss is no longer finite.
    """
    make_deterministic(request.seed)
    network = _compiled(request)
    batches = Batches(request.training, request.classes, request.config.batch_size, request.seed)
    watched = Batches(request.validation, request.classes, request.config.batch_size)
    callbacks = [_Progress(request.config.epochs, progress), *_early_stopping(request)]
    result = network.fit(
        batches,
        validation_data=watched if len(watched) else None,
        epochs=request.config.epochs,
        callbacks=callbacks,
        shuffle=False,
        verbose=0,
    )
    return Trained(network, _history(request, network, result.history))


def _compiled(request: TrainingRequest) -> keras.Model:
    keras.mixed_precision.set_global_policy(request.precision)
    shape = Shape(request.training.images_size_px, len(request.classes))
    network = find_network(request.config.network).build(shape, request.config)
    network.compile(
        optimizer=keras.optimizers.Adam(request.config.learning_rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return network


def _early_stopping(request: TrainingRequest) -> list[keras.callbacks.Callback]:
    if not request.config.early_stopping or request.validation.rows.empty:
        return []
    return [keras.callbacks.EarlyStopping("val_loss", patience=request.config.patience, restore_best_weights=True)]


class _Progress(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
    """Tells each finished epoch, and stops at a loss that is not finite."""

    def __init__(self, epochs: int, tell: Callable[[str, float], None]) -> None:
        super().__init__()
        self._epochs = epochs
        self._tell = tell

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        figures = logs or {}
        if not math.isfinite(figures["loss"]):
            raise ModelError(f"epoch {epoch + 1}: the loss is {figures['loss']}; lower train.learning_rate")
        validation = f" · validation accuracy {figures['val_accuracy']:.3f}" if "val_accuracy" in figures else ""
        text = f"epoch {epoch + 1}/{self._epochs} · accuracy {figures['accuracy']:.3f}{validation}"
        self._tell(text, (epoch + 1) / self._epochs)


def _history(request: TrainingRequest, network: keras.Model, history: dict[str, list[float]]) -> dict[str, Any]:
    epochs = [
        {"epoch": number + 1, **{name: float(values[number]) for name, values in history.items()}}
        for number in range(len(history["loss"]))
    ]
    keeps_best = bool(_early_stopping(request))
    best = min(epochs, key=lambda epoch: epoch["val_loss"])["epoch"] if keeps_best else len(epochs)
    return {
        "epochs": epochs,
        "best_epoch": int(best),
        "stopped_early": len(epochs) < request.config.epochs,
        "parameters": int(network.count_params()),
        "network": request.config.network,
        "precision": request.precision,
        "training_images": len(request.training.rows),
        "validation_images": len(request.validation.rows),
    }
