"""A new `.npy` file that is written through memory."""

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike


def make_mapped(path: Path, dtype: DTypeLike, shape: tuple[int, ...]) -> "np.memmap[Any, Any]":
    """Make a file of zeros and map it into memory, with its room on the disk reserved.

    Without that a disk that is full ends the process by a signal, without a word, when some row is written.

    Args:
        path: The file, which is made or replaced.
        dtype: Of its values.
        shape: Of the array.

    Returns:
        The array; what is written to it is in the file once it is flushed.

    Raises:
        OSError: If the disk has no room for it.
    """
    array = np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=shape)
    if hasattr(os, "posix_fallocate"):  # macOS has none
        with path.open("r+b") as stream:
            os.posix_fallocate(stream.fileno(), 0, path.stat().st_size)
    return array
