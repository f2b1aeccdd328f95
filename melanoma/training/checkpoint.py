"""What a training has come to after an epoch, kept so that a killed one goes on from there.

<workbench>/state.npz     after the last finished epoch; replaced in one move
<workbench>/state.new     being written; an attempt that was killed leaves it, and nobody reads it
"""

import json
import os
import zipfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from melanoma.artifacts.folder import sync_folder
from melanoma.training.early_stopping import Watch

Arrays = list[NDArray[np.generic]]
_STATE, _NEW, _TEXT = "state.npz", "state.new", "text"
_GROUPS = ("weights", "kept", "optimizer")
_PRIVATE = 0o700


@dataclass(frozen=True)
class Checkpoint:
    """A training after some epochs.

    Attributes:
        weights: The network's, from which the next epoch starts.
        kept: Those that the finished network would have: of the best epoch, averaged over steps if that is asked for.
        optimizer: Its moments, average and count of steps.
        precision: The precision in which it trains.
        watch: What early stopping knows.
        epochs: The figures of each epoch, in order.
    """

    weights: Arrays
    kept: Arrays
    optimizer: Arrays
    precision: str
    watch: Watch = field(default_factory=Watch)
    epochs: list[dict[str, float]] = field(default_factory=list)


def save_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint so that at any moment, even if power fails, the folder holds this one or the one before.

    Args:
        folder: The workbench; made if it is missing.
        checkpoint: What to write.
    """
    folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    text = {"backend": keras.backend.backend(), "precision": checkpoint.precision, "epochs": checkpoint.epochs}
    content = json.dumps({**text, "watch": asdict(checkpoint.watch)}).encode()
    arrays = {f"{group}/{n}": array for group in _GROUPS for n, array in enumerate(getattr(checkpoint, group))}
    with (folder / _NEW).open("wb") as stream:
        np.savez(stream, **{_TEXT: np.frombuffer(content, dtype=np.uint8), **arrays})
        stream.flush()
        os.fsync(stream.fileno())
    (folder / _NEW).replace(folder / _STATE)
    sync_folder(folder)


def read_checkpoint(folder: Path) -> Checkpoint | None:
    """Return the last checkpoint of a workbench.

    Args:
        folder: The workbench; it need not exist.

    Returns:
        The checkpoint. None if there is none, it is damaged (zip's own checksums tell), or another Keras backend wrote
        it, whose optimizer does not go on from there to the same weights; training then begins anew.
    """
    try:
        with (folder / _STATE).open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        text = json.loads(arrays.pop(_TEXT).tobytes())
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    if text["backend"] != keras.backend.backend():
        return None
    weights, kept, optimizer = (_group(arrays, name) for name in _GROUPS)
    return Checkpoint(weights, kept, optimizer, text["precision"], Watch(**text["watch"]), text["epochs"])


def _group(arrays: dict[str, NDArray[np.generic]], group: str) -> Arrays:
    count = sum(name.startswith(f"{group}/") for name in arrays)
    return [arrays[f"{group}/{n}"] for n in range(count)]
