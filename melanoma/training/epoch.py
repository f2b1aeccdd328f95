"""One epoch: every batch once, the loss watched at each of them, then the validation rows."""

import math
from dataclasses import dataclass
from functools import partial

import keras
import numpy as np

from melanoma.training.batches import Batches
from melanoma.training.checkpoint import Arrays
from melanoma.training.devices import pass_over
from melanoma.training.optimizer import Optimizer
from melanoma.training.seeds import seed_epoch

Figures = dict[str, float]


class NotFinite(ArithmeticError):
    """The loss or the weights are no longer finite; the text says where."""


@dataclass(frozen=True)
class Result:
    """What an epoch came to.

    Attributes:
        figures: ``loss``, ``accuracy``, ``balanced_accuracy`` and, where there are validation rows, the same of them,
            as ``val_loss``.
        weights: The network's weights, from which the next epoch starts.
        averaged: Those that were validated: averaged over steps where that is asked for, else the same.
    """

    figures: Figures
    weights: Arrays
    averaged: Arrays


def fit_epoch(trainer: keras.Model, batches: Batches, seed: int, epoch: int) -> Figures:
    """Fit one epoch, which follows from the weights, the optimizer, the seed and its number alone.

    Args:
        trainer: The compiled network.
        batches: The training rows.
        seed: The run's seed.
        epoch: Counted from 0.

    Returns:
        ``loss``, ``accuracy`` and ``balanced_accuracy``.

    Raises:
        NotFinite: If the loss of a batch is not; the epoch ends there.
    """
    seed_epoch(trainer, seed, epoch)
    batches.begin_epoch(epoch)
    watch = _LossWatch()
    fit = partial(trainer.fit, epochs=1, shuffle=False, verbose=0, callbacks=[watch])
    figures = pass_over(trainer, batches, fit, trainer.train_on_batch)
    if watch.broken or not math.isfinite(figures["loss"]):
        batch = min(watch.broken, default=len(batches) - 1) + 1
        raise NotFinite(f"epoch {epoch + 1}, batch {batch} of {len(batches)}: the loss is not finite")
    return figures


def validate_epoch(trainer: keras.Model, network: keras.Model, watched: Batches, fitted: Figures, epoch: int) -> Result:
    """Validate the weights that would be kept.

    Args:
        trainer: The compiled network.
        network: The network without augmentation, whose weights those are.
        watched: The validation rows; there may be none.
        fitted: The figures of `fit_epoch`.
        epoch: Counted from 0.

    Returns:
        All figures, and the weights before and after averaging; the network has the former again.

    Raises:
        NotFinite: If a weight or the validation loss is not.
    """
    weights, averaged = weights_of(network.weights), averages_of(trainer.optimizer, network)
    if not all(np.isfinite(array).all() for array in weights):
        raise NotFinite(f"epoch {epoch + 1}, its last batch: the weights are not finite")
    network.set_weights(averaged)
    evaluate = partial(trainer.evaluate, verbose=0)
    seen = pass_over(trainer, watched, evaluate, trainer.test_on_batch) if len(watched) else {}
    network.set_weights(weights)
    figures = fitted | {f"val_{name}": value for name, value in seen.items()}
    if not math.isfinite(figures.get("val_loss", 0.0)):
        raise NotFinite(f"epoch {epoch + 1}, after its last batch: the validation loss is not finite")
    return Result(figures, weights, averaged)


def weights_of(variables: list[keras.Variable]) -> Arrays:
    """Copy variables out of the backend's memory."""
    return [np.array(keras.ops.convert_to_numpy(variable)) for variable in variables]


def averages_of(optimizer: Optimizer, network: keras.Model) -> Arrays:
    """Return a network's weights, those averaged that the optimizer averages.

    The statistics of batch normalisation are moving averages over about as many steps already and stay as they are.
    """
    return weights_of([optimizer.average_of(variable) for variable in network.weights])


class _LossWatch(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
    """Notes the batches from which on the mean loss is not finite, and stops.

    Keras calls it beside the steps, in any order, so that a device need not wait for it: the first batch is the lowest.
    Under JAX it is called between them: to stop from beside them leaves Keras with metrics that it has given away.
    """

    async_safe = keras.backend.backend() != "jax"

    def __init__(self) -> None:
        super().__init__()
        self.broken: list[int] = []

    def on_train_batch_end(self, batch: int, logs: Figures | None = None) -> None:
        if logs and not math.isfinite(logs["loss"]):
            self.broken.append(batch)
            self.model.stop_training = True
