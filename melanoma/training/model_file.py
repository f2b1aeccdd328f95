"""The `.keras` file: written without dates, so that equal weights are equal bytes; read with its members checked."""

import json
import zipfile
from pathlib import Path

import keras

from melanoma.errors import ModelError

_EPOCH = (1980, 1, 1, 0, 0, 0)
_MEMBERS = {"config.json", "metadata.json", "model.weights.h5"}


def save_model(network: keras.Model, path: Path) -> None:
    """Write a network's architecture and weights, without optimizer and without dates.

    Args:
        network: The trained network.
        path: The file to write.
    """
    bare = network.__class__.from_config(network.get_config())
    bare.set_weights(network.get_weights())
    raw = path.with_suffix(".raw.keras")
    bare.save(raw)
    _rewrite_without_dates(raw, path)
    raw.unlink()


def load_model(path: Path) -> keras.Model:
    """Read a network in safe mode.

    Raises:
        ModelError: If the file is no Keras model, or holds more than one does.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = set(archive.namelist())
    except (OSError, zipfile.BadZipFile) as problem:
        raise ModelError(f"{path}: not a .keras file; give the model.keras of a finished run") from problem
    if members != _MEMBERS:
        raise ModelError(f"{path}: holds {', '.join(sorted(members ^ _MEMBERS))} out of place; it is not one of ours")
    return keras.saving.load_model(path, compile=False, safe_mode=True)


def _rewrite_without_dates(raw: Path, path: Path) -> None:
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(path, "w") as target:
        for name in sorted(source.namelist()):
            content = source.read(name)
            if name == "metadata.json":
                content = json.dumps(json.loads(content) | {"date_saved": ""}, sort_keys=True).encode()
            target.writestr(zipfile.ZipInfo(name, _EPOCH), content)
