"""The phases of a training: one from scratch; fine-tuning first teaches the head alone, then the whole network."""

from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray

from melanoma.config.train import TrainConfig
from melanoma.training.assemble import Assembled, put_behind_augmentation
from melanoma.training.balanced_accuracy import BalancedAccuracy
from melanoma.training.loss import build_loss
from melanoma.training.optimizer import Movement, Optimizer
from melanoma.training.schedule import Schedule


@dataclass(frozen=True)
class Phase:
    """Some epochs in a row with one optimizer.

    Attributes:
        first: Its first epoch, counted from 0.
        stop: The epoch after its last.
        is_frozen: Whether the backbone does not learn.
    """

    first: int
    stop: int
    is_frozen: bool = False


def plan_phases(config: TrainConfig) -> list[Phase]:
    """Return the phases of a training in order; those without epochs are left out."""
    frozen = min(config.frozen_epochs, config.epochs) if config.method == "finetune" else 0
    phases = [Phase(0, frozen, is_frozen=True), Phase(frozen, config.epochs)]
    return [phase for phase in phases if phase.first < phase.stop]


def prepare_trainer(
    assembled: Assembled, phase: Phase, config: TrainConfig, images: NDArray[np.int64], steps: int
) -> keras.Model:
    """Return what is fitted in a phase: the network behind its augmentation, compiled. It shares the network's weights.

    Args:
        assembled: The network.
        phase: Which epochs.
        config: Loss, optimizer and augmentation.
        images: Training images of each class, [classes].
        steps: Steps in an epoch.
    """
    if assembled.backbone is not None:
        assembled.backbone.trainable = not phase.is_frozen
    trainer = put_behind_augmentation(assembled, config.augment)
    trainer.compile(
        optimizer=Optimizer(_movement(assembled, phase, config, steps)),
        loss=build_loss(config, images),
        metrics=["accuracy", BalancedAccuracy(len(images))],
    )
    trainer.optimizer.build(trainer.trainable_variables)
    return trainer


def _movement(assembled: Assembled, phase: Phase, config: TrainConfig, steps: int) -> Movement:
    """Return how the weights of a phase move; a new head learns at one rate, the schedule is that of the last phase."""
    decay = config.weight_decay if config.optimizer == "adamw" else 0.0
    if phase.is_frozen:
        return Movement(Schedule(config.learning_rate), decay, config.ema)
    falls_over = (phase.stop - phase.first) * steps if config.schedule == "cosine" else None
    schedule = Schedule(config.learning_rate, config.warmup_epochs * steps, falls_over)
    pretrained = assembled.backbone.variables if assembled.backbone is not None else ()
    return Movement(schedule, decay, config.ema, {variable.path: config.backbone_rate for variable in pretrained})
