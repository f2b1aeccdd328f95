"""One artifact on disk: a folder of files and, written last, the manifest that vouches for them."""

import json
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from melanoma.artifacts.record import FORMAT, MANIFEST, Artifact, Part, Recipe, StoredFile, content_digest
from melanoma.errors import ArtifactDamaged
from melanoma.fingerprint import digest_file, digest_value

READ_ONLY = 0o444


def seal(folder: Path, recipe: Recipe, parts: tuple[Part, ...], about: Mapping[str, Any]) -> None:
    """Make every file durable and read-only, then write the manifest.

    Args:
        folder: The finished files.
        recipe: What they were made from.
        parts: The artifacts that they refer to.
        about: ``summary`` and ``made_by``, which describe the content and take no part in its digest.
    """
    files = tuple(_stored(path, folder) for path in _files(folder))
    for file in files:
        _make_durable(folder / file.name)
    manifest = _as_read_back(
        {
            "format": FORMAT,
            "stage": recipe.stage,
            "key": recipe.key,
            "digest": content_digest(files, parts),
            "files": [asdict(file) for file in files],
            "parts": [asdict(part) for part in parts],
            "ingredients": dict(recipe.ingredients),
            **about,
        }
    )
    path = folder / MANIFEST
    path.write_text(json.dumps({**manifest, "seal": digest_value(manifest)}, indent=1))
    _make_durable(path)
    sync_folder(folder)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read an artifact's manifest and check its seal.

    Raises:
        ArtifactDamaged: If there is none, or it was changed.
    """
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        sealed = manifest.pop("seal")
        actual = digest_value(manifest)
    except (OSError, ValueError, KeyError, AttributeError, TypeError, RecursionError) as problem:
        raise ArtifactDamaged(f"{folder}: the manifest is missing or unreadable; it will be rebuilt") from problem
    if sealed != actual:
        raise ArtifactDamaged(f"{folder}: the manifest was changed; it will be rebuilt")
    return manifest


def open_artifact(folder: Path) -> Artifact:
    """Check each file of an artifact against its manifest.

    Raises:
        ArtifactDamaged: If a file is missing, of another size, or of another content.
    """
    manifest = read_manifest(folder)
    files = [StoredFile(**entry) for entry in manifest["files"]]
    with ThreadPoolExecutor() as pool:
        problems = [problem for problem in pool.map(lambda file: _problem(folder, file), files) if problem]
    if problems:
        raise ArtifactDamaged(f"{folder / problems[0]}; it will be rebuilt")
    return Artifact(
        stage=manifest["stage"],
        key=manifest["key"],
        digest=manifest["digest"],
        folder=folder,
        parts=tuple(Part(**part) for part in manifest["parts"]),
        summary=manifest["summary"],
        made_by=manifest["made_by"],
    )


def sync_folder(folder: Path) -> None:
    """Make a folder's entries durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _as_read_back(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document as its reader will see it, so that both digest the same."""
    read: dict[str, Any] = json.loads(json.dumps(document, allow_nan=False))
    return read


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _stored(path: Path, folder: Path) -> StoredFile:
    return StoredFile(path.relative_to(folder).as_posix(), path.stat().st_size, digest_file(path))


def _make_durable(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
    path.chmod(READ_ONLY)


def _problem(folder: Path, file: StoredFile) -> str | None:
    path = folder / file.name
    if not path.is_file():
        return f"{file.name} is missing"
    if path.stat().st_size != file.size:
        return f"{file.name} has {path.stat().st_size} bytes, expected {file.size}"
    return None if digest_file(path) == file.sha256 else f"{file.name} was changed"
