"""The `.keras` file: written without dates, so that equal weights are equal bytes; read with its members checked."""

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import keras

from melanoma.errors import ModelError
from melanoma.training.metadata import columns_of
from melanoma.training.model_info import KEY, METADATA, ModelInfo, read_info

_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class LoadedModel:
    """A network, and what its file says about it."""

    network: keras.Model
    info: ModelInfo


def save_model(network: keras.Model, path: Path, info: ModelInfo) -> None:
    """Write a network's architecture and weights, without optimizer and without dates, and what it is.

    Args:
        network: The trained network.
        path: The file to write.
        info: What the file says about itself.
    """
    # A copy has no optimizer, and its layers share no policy: of what they share Keras writes the address in memory.
    bare = network.__class__.from_config(network.get_config())
    bare.set_weights(network.get_weights())
    raw = path.with_suffix(".raw.keras")
    bare.save(raw)
    _rewrite(raw, path, info)
    raw.unlink()


def load_model(path: Path) -> LoadedModel:
    """Read a network in safe mode.

    Args:
        path: A file that `save_model` wrote; see `melanoma.training.model_info.read_info` for older ones.

    Returns:
        The network and its record.

    Raises:
        ModelError: If the file is no model, could carry code, or its network is not what its record says.
    """
    info = read_info(path)
    try:
        network = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as problem:  # whatever Keras and HDF5 meet in a damaged file
        reason = (str(problem).splitlines() or [type(problem).__name__])[0]
        raise ModelError(f"{path}: cannot be read ({reason}); give the model.keras of a finished run") from problem
    _require_fit(path, network, info)
    return LoadedModel(network, info)


def _require_fit(path: Path, network: keras.Model, info: ModelInfo) -> None:
    columns = [(None, len(columns_of(info.metadata)))] if info.metadata else []
    expected = [(None, info.size_px, info.size_px, 3), *columns], (None, len(info.classes))
    received = [tuple(tensor.shape) for tensor in network.inputs], network.output_shape
    if received != expected:
        said, found = (f"{' and '.join(map(str, taken))} to {given}" for taken, given in (expected, received))
        raise ModelError(f"{path}: its record says {said}, its network is {found}; train it again")


def _rewrite(raw: Path, path: Path, info: ModelInfo) -> None:
    own = {"date_saved": "", KEY: info.model_dump(mode="json")}
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(path, "w") as target:
        for name in sorted(source.namelist()):
            content = source.read(name)
            if name == METADATA:
                content = json.dumps(json.loads(content) | own, sort_keys=True).encode()
            target.writestr(zipfile.ZipInfo(name, _EPOCH), content)
