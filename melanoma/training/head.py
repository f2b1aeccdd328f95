"""Train a head on features of a frozen network, and join both to a network from pictures to logits."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from melanoma.config.train import TrainConfig
from melanoma.discovery import discover
from melanoma.errors import ConfigError, ModelError
from melanoma.models.catalog import backbone_of
from melanoma.models.inputs import IMAGE, METADATA, pair_inputs
from melanoma.seeding import derive_seed
from melanoma.training.assemble import join_features
from melanoma.training.compose import average
from melanoma.training.determinism import seed_training
from melanoma.training.fit import Trained
from melanoma.training.head_kind import FittedHead, HeadKind, HeadRequest, Labelled
from melanoma.training.metadata import columns_of
from melanoma.training.standard_features import measure_standard

NO_FOLD = -1


@dataclass(frozen=True)
class HeadTask:
    """What to train a head on.

    Attributes:
        training: Features of the rows to learn from, with their metadata behind them if that is asked for, and their
            diagnoses; they are standardised in place.
        validation: Those of the rows to choose by; likewise.
        folds: The fold of each training row, [n], -1 without one.
        originals: Which training rows are no copies, [n].
        classes: Diagnoses in the order of the logits.
        config: How.
        size_px: Side of the pictures that the network takes.
        seed: The run's seed.
    """

    training: Labelled
    validation: Labelled
    folds: NDArray[np.int64]
    originals: NDArray[np.bool_]
    classes: list[str]
    config: TrainConfig
    size_px: int
    seed: int


@dataclass(frozen=True)
class FittedHeads:
    """The heads of a task, without the frozen network below them.

    Attributes:
        networks: Features -> logits, one for each member.
        history: `history.json`, without the number of parameters.
    """

    networks: list[keras.Model]
    history: dict[str, Any]


def train_head(task: HeadTask, progress: Callable[[str, float], None]) -> Trained:
    """Fit one head, or one for each member, and put them on the frozen network.

    Args:
        task: What to train, on what.
        progress: Is told how far it is.

    Returns:
        The network from pictures, uint8 or float, [n, size, size, 3], and the metadata that the configuration names,
        to logits, [n, classes], views and members averaged; and its history.

    Raises:
        ConfigError: If more members are asked for than there are folds.
        ModelError: If there are no rows to learn from or to choose by.
    """
    heads = fit_heads(task, progress)
    network = _on_pictures(task, average(heads.networks, views=1))
    return Trained(network, heads.history | {"parameters": int(network.count_params())})


def fit_heads(task: HeadTask, progress: Callable[[str, float], None]) -> FittedHeads:
    """Fit one head, or one for each member, for who needs no network from pictures.

    Args:
        task: What to train, on what.
        progress: Is told how far it is.

    Returns:
        The heads and their history.

    Raises:
        ConfigError: If more members are asked for than there are folds.
        ModelError: If there are no rows to learn from or to choose by.
    """
    _require_rows(task)
    seed_training(task.seed, task.config.deterministic)
    kind = _find_kind(task.config.head.kind)
    standard = measure_standard(task.training.flat)
    for labelled in (task.training, task.validation):
        standard.apply(labelled.features)
    everything = np.ones(len(task.training.truth), dtype=bool)
    request = HeadRequest(
        task.training, everything, task.validation, standard, len(task.classes), task.config, task.seed
    )
    members = _members(request, task)
    fitted = [kind.fit(member, _tell_of(n, len(members), progress)) for n, member in enumerate(members)]
    history = _history(task, kind, list(zip(members, fitted, strict=True)))
    return FittedHeads([head.network for head in fitted], history)


def _require_rows(task: HeadTask) -> None:
    if not len(task.training.truth):
        raise ModelError("train: no training rows for a head to learn from; give more images or a smaller split share")
    if not len(task.validation.truth):
        raise ModelError("train: no validation rows to choose a head by; raise split.validation_share")


def _find_kind(name: str) -> HeadKind:
    kinds: dict[str, HeadKind] = {module.HEAD.name: module.HEAD for module in discover("melanoma.training.heads")}
    return kinds[name]


def _members(request: HeadRequest, task: HeadTask) -> list[HeadRequest]:
    """Return a request for each member: with a seed of its own, or without the training rows of one fold.

    A member over folds is chosen by the originals of the fold that it did not see. So the validation rows stay unseen
    by all, and what is measured on them holds for the whole.
    """
    count = task.config.members
    if count == 1:
        return [request]
    named = [replace(request, name=f"head_{number + 1}") for number in range(count)]
    if task.config.members_over == "seeds":
        return [replace(one, seed=derive_seed(task.seed, "member", n)) for n, one in enumerate(named)]
    folds = sorted(set(task.folds.tolist()) - {NO_FOLD})
    if count > len(folds):
        raise ConfigError(
            f"train.members: {count} members over folds, but the split made {len(folds)}; raise split.folds"
        )
    return [_without_fold(one, task, fold) for one, fold in zip(named, folds, strict=False)]


def _without_fold(request: HeadRequest, task: HeadTask, fold: int) -> HeadRequest:
    in_fold = task.folds == fold
    unseen, training = in_fold & task.originals, request.training
    if not unseen.any() or in_fold.all():
        raise ModelError(f"train.members: no training rows in or outside fold {fold}; lower split.folds")
    watched = Labelled(training.features[:, unseen], training.truth[unseen])
    return replace(request, kept=~in_fold, validation=watched)


def _tell_of(number: int, members: int, progress: Callable[[str, float], None]) -> Callable[[str, float], None]:
    if members == 1:
        return progress
    return lambda text, share: progress(f"head {number + 1}/{members} · {text}", (number + share) / members)


def _on_pictures(task: HeadTask, head: keras.Model) -> keras.Model:
    """Put a head on its frozen network, and average over views."""
    picture = keras.Input((task.size_px, task.size_px, 3), name=IMAGE)
    columns = len(columns_of(task.config.metadata))
    metadata = keras.Input((columns,), name=METADATA) if columns else None
    backbone = backbone_of(task.config.network).build_frozen(task.size_px, task.config.weights)
    backbone.trainable = False
    features = backbone(picture) if metadata is None else join_features(backbone(picture), metadata)
    network = keras.Model(pair_inputs(picture, metadata), head(features), name="network")
    return average([network], task.config.views)


def _history(task: HeadTask, kind: HeadKind, fitted: list[tuple[HeadRequest, FittedHead]]) -> dict[str, Any]:
    """Return `history.json`: figures of the first member, and those of each."""
    members = [_of_member(kind, request, head) for request, head in fitted]
    return {
        **members[0],
        "steps_are": kind.steps_are,
        "network": task.config.network,
        "method": "head",
        "head": kind.name,
        "loss": task.config.loss,
        "views": task.config.views,
        "metadata": list(task.config.metadata),
        "precision": "float32",
        "members": members,
    }


def _of_member(kind: HeadKind, request: HeadRequest, head: FittedHead) -> dict[str, Any]:
    return {
        "epochs": [{"epoch": number + 1, **step} for number, step in enumerate(head.steps)],
        "best_epoch": head.best + 1,
        "stopped_early": kind.steps_are == "epoch" and len(head.steps) < request.config.epochs,
        "training_images": int(request.kept.sum()),
        "validation_images": len(request.validation.truth),
    }
