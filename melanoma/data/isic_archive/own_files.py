"""The files that downloads wrote into a folder, so that a later one renews them and touches nobody else's."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from melanoma.errors import UsageError

_RECORD = ".isic-download.json"


def require_own(folder: Path, name: str) -> None:
    """Check that a file may be replaced: it is not there, or a download wrote it.

    Raises:
        UsageError: If it is not ours, or was changed since.
    """
    there = _digest_there(folder / name)
    if there is not None and there not in _read(folder).get(name, ()):
        raise UsageError(f"{folder / name}: no download wrote this file as it is; move it away and try again")


def write_own_files(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files, or none of them if one would replace a file that no download wrote.

    Args:
        folder: Where they go.
        contents: What to write, by posix path relative to the folder.

    Raises:
        UsageError: If a file that is there is not ours, or was changed since.
    """
    own = _read(folder)
    changed = {name: content for name, content in contents.items() if _digest_there(folder / name) != _digest(content)}
    for name in changed:
        require_own(folder, name)
    digests = {name: [*_still_there(folder, own, name), _digest(content)] for name, content in contents.items()}
    _replace(folder / _RECORD, json.dumps({**own, **digests}, indent=1).encode())
    for name, content in changed.items():
        (folder / name).parent.mkdir(exist_ok=True)
        _replace(folder / name, content)


def remove_own_file(folder: Path, name: str) -> None:
    """Remove a file if a download wrote it."""
    there = _digest_there(folder / name)
    if there is not None and there in _read(folder).get(name, ()):
        (folder / name).unlink()


def _read(folder: Path) -> dict[str, list[str]]:
    try:
        own = json.loads((folder / _RECORD).read_bytes())
    except (OSError, ValueError):
        return {}
    return own if isinstance(own, dict) else {}


def _still_there(folder: Path, own: Mapping[str, list[str]], name: str) -> list[str]:
    """Keep the digest of a file that is about to be replaced: a cut may leave either."""
    there = _digest_there(folder / name)
    return [there] if there is not None and there in own.get(name, ()) else []


def _digest_there(path: Path) -> str | None:
    return _digest(path.read_bytes()) if path.is_file() else None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _replace(path: Path, content: bytes) -> None:
    """Write a file beside its place, make it durable, and rename it."""
    beside = path.with_name(f".{path.name.lstrip('.')}.new")
    with beside.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(path)
