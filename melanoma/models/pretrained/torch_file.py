"""Read the tensors of a PyTorch file with numpy alone, and run nothing that the file asks for.

The packages carry PyTorch's first file format: four pickles one after another (a magic number, the protocol, what the
writing machine was, the tensors by name), then a list of storage keys, then each storage as a count and its raw values.
A pickle is a program. The reader below resolves the four names that such a file needs and refuses every other one.
"""

import io
import pickle
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from melanoma.errors import ModelError

Tensors = dict[str, NDArray[np.generic]]

_MAGIC, _PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
_COUNT_BYTES = 8


def read_tensors(content: bytes, name: str) -> Tensors:
    """Return the tensors of a PyTorch file by their names.

    Args:
        content: The whole file.
        name: What the file is called in an error.

    Returns:
        For each name its values, float32 or int64, in the shape that PyTorch gave them.

    Raises:
        ModelError: If it is no such file, is cut short, or asks for anything but tensors.
    """
    stream = io.BytesIO(content)
    try:
        if (_load(stream), _load(stream)) != (_MAGIC, _PROTOCOL):
            raise pickle.UnpicklingError("it does not begin as PyTorch's first format does")
        _load(stream)
        slots = _load(stream)
        storages = _read_storages(stream, _load(stream), _dtypes_of(slots))
        return {key: _tensor(slot, storages) for key, slot in slots.items()}
    except Exception as problem:  # a hostile pickle can make its reader raise anything
        reason = " ".join(str(problem).split()) or type(problem).__name__
        raise ModelError(f"{name}: not a file of PyTorch tensors ({reason}); install its package again") from problem


@dataclass(frozen=True)
class _Storage:
    """Values that stand further down in the file."""

    key: str
    dtype: np.dtype[Any]


@dataclass(frozen=True)
class _Slot:
    """A tensor whose values are not read yet."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def _rebuild_tensor(
    storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: object
) -> _Slot:
    """Stand in for `torch._utils._rebuild_tensor_v2`."""
    return _Slot(storage, offset, shape, strides)


_FLOATS, _INTEGERS = np.dtype("<f4"), np.dtype("<i8")
_NEEDED: Mapping[tuple[str, str], object] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
    ("torch", "FloatStorage"): _FLOATS,
    ("torch", "LongStorage"): _INTEGERS,
}


class _TensorUnpickler(pickle.Unpickler):
    """Resolves the names of `_NEEDED` and no other."""

    def find_class(self, module: str, name: str) -> object:
        if (module, name) not in _NEEDED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return _NEEDED[module, name]

    def persistent_load(self, place: tuple[object, ...]) -> _Storage:
        kind, dtype, key, _location, _count, view = place
        if kind != "storage" or view is not None or not isinstance(dtype, np.dtype):
            raise pickle.UnpicklingError("it refers to something that is no storage")
        return _Storage(str(key), dtype)


def _load(stream: io.BytesIO) -> Any:  # noqa: ANN401 - it is whatever the file says
    return _TensorUnpickler(stream).load()


def _dtypes_of(slots: Mapping[str, _Slot]) -> dict[str, np.dtype[Any]]:
    return {slot.storage.key: slot.storage.dtype for slot in slots.values()}


def _read_storages(
    stream: io.BytesIO, keys: list[str], dtypes: Mapping[str, np.dtype[Any]]
) -> dict[str, NDArray[np.generic]]:
    """Read each storage: how many values, then the values."""
    storages: dict[str, NDArray[np.generic]] = {}
    for key in keys:
        count = int.from_bytes(stream.read(_COUNT_BYTES), "little")
        values = np.frombuffer(stream.read(count * dtypes[key].itemsize), dtype=dtypes[key])
        if len(values) != count:
            raise pickle.UnpicklingError("it ends too early")
        storages[key] = values
    return storages


def _tensor(slot: _Slot, storages: Mapping[str, NDArray[np.generic]]) -> NDArray[np.generic]:
    """Look at a storage as a tensor. PyTorch counts in values, numpy in bytes."""
    values, width = storages[slot.storage.key], slot.storage.dtype.itemsize
    last = slot.offset + sum((side - 1) * stride for side, stride in zip(slot.shape, slot.strides, strict=True))
    if min((slot.offset, *slot.shape, *slot.strides)) < 0 or last >= len(values):  # numpy itself does not always look
        raise pickle.UnpicklingError("a tensor lies outside of its values")
    strides = tuple(width * stride for stride in slot.strides)
    return np.ndarray(slot.shape, values.dtype, values, width * slot.offset, strides)
