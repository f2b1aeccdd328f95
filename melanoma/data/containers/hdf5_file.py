"""An HDF5 file with an encoded image in each dataset, as ISIC 2024 is published: ``train-image.hdf5``."""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import h5py

from melanoma.data.containers.container import MAX_FILE_BYTES, TOO_LARGE, Contents, Member, Refused
from melanoma.errors import SourceError

_SUFFIX = ".jpg"  # datasets are named for the image's id alone; what the bytes are is found out when they are decoded


class Hdf5File:
    """The images in one HDF5 file; dataset ``ISIC_0015670`` is the member ``ISIC_0015670.jpg``."""

    def __init__(self, path: Path) -> None:
        """Open a file.

        Raises:
            SourceError: If it is no HDF5 file, or cut off.
        """
        try:
            self._file = h5py.File(path, "r")
        except OSError as problem:
            raise SourceError("not a whole HDF5 file; fetch it again") from problem

    def __enter__(self) -> "Hdf5File":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def contents(self) -> Contents:
        """Look at the datasets; links that lead to other files or groups are not followed."""
        members, refused = [], []
        for name, dataset in _datasets(self._file):
            reason = _why_refused(dataset)
            if reason:
                refused.append(Refused(name + _SUFFIX, reason))
            else:
                members.append(Member(name + _SUFFIX, _size_bytes(dataset)))
        return Contents(tuple(members), tuple(refused))

    def read(self, name: str) -> bytes:
        """Return one dataset's bytes."""
        try:
            value = self._file[name.removesuffix(_SUFFIX)][()]
        except (OSError, KeyError, RuntimeError) as problem:
            raise SourceError("damaged in the HDF5 file; fetch it again") from problem
        return value if isinstance(value, bytes) else bytes(value.tobytes())


def _datasets(
    group: h5py.Group, above: str = "", seen: frozenset[int] = frozenset()
) -> Iterator[tuple[str, h5py.Dataset]]:
    """Yield the datasets below a group; a link that leads back up or to another file is not followed."""
    seen |= {h5py.h5o.get_info(group.id).addr}
    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            continue
        entry = group[name]
        if isinstance(entry, h5py.Dataset):
            yield above + name, entry
        elif isinstance(entry, h5py.Group) and h5py.h5o.get_info(entry.id).addr not in seen:
            yield from _datasets(entry, f"{above}{name}/", seen)


def _size_bytes(dataset: h5py.Dataset) -> int:
    return len(dataset[()]) if dataset.dtype.kind == "O" else int(dataset.dtype.itemsize * dataset.size)


def _why_refused(dataset: h5py.Dataset) -> str:
    is_text = dataset.shape == () and (dataset.dtype.kind in "VS" or h5py.check_string_dtype(dataset.dtype))
    if not is_text and not (dataset.dtype == "uint8" and dataset.ndim == 1):
        return f"a dataset of {dataset.dtype} {dataset.shape}, not an encoded image; leave it out"
    if dataset.external:
        return "its bytes are in another file; leave it out"
    return TOO_LARGE if _size_bytes(dataset) > MAX_FILE_BYTES else ""
