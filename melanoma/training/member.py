"""Train one network, epoch by epoch, from the start or from where a killed attempt left off."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from melanoma.config.ingest import Fit
from melanoma.config.train import TrainConfig
from melanoma.data.examples import ExampleSet
from melanoma.errors import ModelError
from melanoma.models.network import Shape
from melanoma.training.assemble import Assembled, assemble_network
from melanoma.training.batches import Batches
from melanoma.training.checkpoint import Checkpoint, read_checkpoint, save_checkpoint
from melanoma.training.determinism import seed_training
from melanoma.training.devices import share_batches
from melanoma.training.epoch import Figures, NotFinite, Result, fit_epoch, validate_epoch, weights_of
from melanoma.training.metadata import columns_of
from melanoma.training.model_file import save_model
from melanoma.training.model_info import ModelInfo
from melanoma.training.phases import Phase, plan_phases, prepare_trainer
from melanoma.training.sampling import Drawing, weigh_classes

LAST_GOOD = "last_good.keras"
Tell = Callable[[str, float], None]
Watch = Callable[[Figures], None]


@dataclass(frozen=True)
class TrainingRequest:
    """What to train, on what.

    Attributes:
        training: The rows to learn from.
        validation: The rows to watch.
        classes: Diagnoses in the order of the logits.
        config: How.
        precision: ``float32`` or ``mixed_bfloat16``.
        seed: Decides initial weights, order, dropout and augmentation.
        workbench: A folder that outlives a killed attempt; None: nothing is kept, and training starts at the start.
        fit: How the pictures became squares, as in ``ingest.fit``; goes into the file of weights that a failure leaves.
        watch: Is told the figures of each epoch that is finished; what it raises ends the training.
    """

    training: ExampleSet
    validation: ExampleSet
    classes: list[str]
    config: TrainConfig
    precision: str
    seed: int
    workbench: Path | None = None
    fit: Fit = "squash"
    watch: Watch | None = None


@dataclass(frozen=True)
class Trained:
    """The network with its best weights, and its `history.json`."""

    network: keras.Model
    history: dict[str, Any]


@dataclass(frozen=True)
class _Bench:
    """What the epochs of one training share."""

    request: TrainingRequest
    assembled: Assembled
    batches: Batches
    watched: Batches
    images: NDArray[np.int64]


def train_member(request: TrainingRequest, tell: Tell) -> Trained:
    """Train one network and keep the weights with the lowest validation loss, or the last without early stopping.

    After each epoch all that the next depends on is written to the workbench; what else it depends on, the order of the
    images and every random draw, follows from the seed and the epoch's number.

    Args:
        request: What to train, on what.
        tell: Is told each finished epoch, and the share of epochs that are done.

    Returns:
        The trained network and its history.

    Raises:
        ConfigError: If batches are to be shared by more devices than there are.
        ModelError: If the loss is no longer finite.
    """
    saved = read_checkpoint(request.workbench) if request.workbench else None
    seed_training(request.seed, request.config.deterministic)
    keras.mixed_precision.set_global_policy(saved.precision if saved else request.precision)
    with share_batches(request.config.devices):
        return _train_from(saved, request, tell)


def _train_from(saved: Checkpoint | None, request: TrainingRequest, tell: Tell) -> Trained:
    """Train all phases, or what of them is not yet done."""
    bench = _lay_out(request)
    network = bench.assembled.network
    state = saved or Checkpoint(weights_of(network.weights), [], [], request.precision)
    network.set_weights(state.weights)
    for phase in plan_phases(request.config):
        state = _train_phase(bench, phase, state, tell)
    if bench.assembled.backbone is not None:
        bench.assembled.backbone.trainable = True
    network.set_weights(state.kept)
    return Trained(network, _history(request, network, state))


def shape_of(training: ExampleSet, classes: Sequence[str], config: TrainConfig) -> Shape:
    """Return what a network must take and give to learn from some rows."""
    return Shape(training.images_size_px, len(classes), len(columns_of(config.metadata)))


def _lay_out(request: TrainingRequest) -> _Bench:
    config, classes = request.config, request.classes
    counts = request.training.rows["diagnosis"].value_counts()
    images = np.array([counts.get(name, 0) for name in classes], dtype=np.int64)
    weights = weigh_classes(images) if config.class_weights == "balanced" else None
    drawing = Drawing(config.sampler, weights, config.metadata)
    return _Bench(
        request,
        assemble_network(shape_of(request.training, classes, config), config),
        Batches(request.training, classes, config.batch_size, request.seed, drawing),
        Batches(request.validation, classes, config.batch_size, drawing=replace(drawing, sampler="none")),
        images,
    )


def _train_phase(bench: _Bench, phase: Phase, state: Checkpoint, tell: Tell) -> Checkpoint:
    """Train the epochs of a phase that are not yet done."""
    if len(state.epochs) >= phase.stop or _is_over(bench.request, state):
        return state
    trainer = prepare_trainer(bench.assembled, phase, bench.request.config, bench.images, len(bench.batches))
    if len(state.epochs) > phase.first:
        for variable, value in zip(trainer.optimizer.variables, state.optimizer, strict=True):
            variable.assign(value)
    while len(state.epochs) < phase.stop and not _is_over(bench.request, state):
        state = _train_epoch(bench, phase, trainer, state)
        if bench.request.workbench:
            save_checkpoint(bench.request.workbench, state)
        tell(*_tell_of(state.epochs, bench.request.config.epochs))
        if bench.request.watch:
            bench.request.watch(state.epochs[-1])
    return state


def _train_epoch(bench: _Bench, phase: Phase, trainer: keras.Model, state: Checkpoint) -> Checkpoint:
    epoch, network = len(state.epochs), bench.assembled.network
    try:
        fitted = fit_epoch(trainer, bench.batches, bench.request.seed, epoch)
        result = validate_epoch(trainer, network, bench.watched, fitted, epoch)
    except NotFinite as problem:
        raise ModelError(f"{problem}; lower train.learning_rate{_keep_last_good(bench, state)}") from problem
    return _after(bench.request, phase, state, result, weights_of(trainer.optimizer.variables))


def _after(
    request: TrainingRequest, phase: Phase, state: Checkpoint, result: Result, optimizer: list[NDArray[np.generic]]
) -> Checkpoint:
    """Return what training has come to after one more epoch."""
    epoch = len(state.epochs) + 1
    watch = state.watch
    if _keeps_best(request):
        watch = watch.after(epoch, result.figures["val_loss"], may_stop=not phase.is_frozen)
    is_kept = watch.best_epoch == epoch or not _keeps_best(request)
    return replace(
        state,
        weights=result.weights,
        kept=result.averaged if is_kept else state.kept,
        optimizer=optimizer,
        watch=watch,
        epochs=[*state.epochs, {"epoch": epoch, **result.figures}],
    )


def _keep_last_good(bench: _Bench, state: Checkpoint) -> str:
    """Write the weights that would have been kept so far as a model and say where; the first epoch has none."""
    if not bench.request.workbench or not state.kept:
        return ""
    path = bench.request.workbench / LAST_GOOD
    bench.assembled.network.set_weights(state.kept)
    save_model(bench.assembled.network, path, _info(bench.request))
    return f"; the last good weights are kept in {path}"


def _info(request: TrainingRequest) -> ModelInfo:
    return ModelInfo(
        classes=tuple(request.classes),
        size_px=request.training.images_size_px,
        fit=request.fit,
        network=request.config.network,
        method=request.config.method,
        metadata=request.config.metadata,
    )


def _is_over(request: TrainingRequest, state: Checkpoint) -> bool:
    return _keeps_best(request) and state.watch.waited >= request.config.patience


def _keeps_best(request: TrainingRequest) -> bool:
    return request.config.early_stopping and not request.validation.rows.empty


def _tell_of(epochs: Sequence[Figures], of: int) -> tuple[str, float]:
    figures = epochs[-1]
    validation = f" · validation accuracy {figures['val_accuracy']:.3f}" if "val_accuracy" in figures else ""
    return f"epoch {len(epochs)}/{of} · accuracy {figures['accuracy']:.3f}{validation}", len(epochs) / of


def _history(request: TrainingRequest, network: keras.Model, state: Checkpoint) -> dict[str, Any]:
    best = state.watch.best_epoch if _keeps_best(request) else len(state.epochs)
    return {
        "epochs": state.epochs,
        "best_epoch": best,
        "stopped_early": len(state.epochs) < request.config.epochs,
        "parameters": int(network.count_params()),
        "network": request.config.network,
        "method": "finetune" if request.config.method == "finetune" else "scratch",
        "loss": request.config.loss,
        "metadata": list(request.config.metadata),
        "precision": state.precision,
        "training_images": len(request.training.rows),
        "validation_images": len(request.validation.rows),
    }
