"""One artifact on disk: a folder of files and, written last, the manifest that vouches for them."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from melanoma.artifacts.record import FORMAT, MANIFEST, Artifact, Made, Part, Recipe, StoredFile, content_digest
from melanoma.errors import ArtifactDamaged
from melanoma.fingerprint import digest_files, digest_value

READ_ONLY = 0o444
DigestFiles = Callable[[Sequence[Path]], list[str]]


def seal(folder: Path, recipe: Recipe, made: Made, digest: DigestFiles = digest_files) -> None:
    """Make every file durable and read-only, then write the manifest.

    Args:
        folder: The finished files.
        recipe: What they were made from.
        made: What the builder says of them.
        digest: Returns the sha256 of files.
    """
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    for path in paths:
        _make_durable(path)
    files = tuple(_stored(path, folder, sha256) for path, sha256 in zip(paths, digest(paths), strict=True))
    manifest = _as_read_back(
        {
            "format": FORMAT,
            "stage": recipe.stage,
            "key": recipe.key,
            "digest": _digest_of(files, made),
            "files": [asdict(file) for file in files],
            "parts": [asdict(part) for part in made.parts],
            "ingredients": dict(recipe.ingredients),
            "summary": dict(made.summary),
            "made_by": dict(made.made_by),
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
        content = (folder / MANIFEST).read_bytes()
    except OSError as problem:
        raise ArtifactDamaged(f"{folder}: the manifest is missing or unreadable; it will be rebuilt") from problem
    return parse_manifest(content, str(folder))


def parse_manifest(content: bytes, place: str) -> dict[str, Any]:
    """Check the seal of an artifact's manifest.

    Args:
        content: The manifest as it was written.
        place: Where the artifact is, for people.

    Raises:
        ArtifactDamaged: If it is not as it was written.
    """
    try:
        manifest: dict[str, Any] = json.loads(content)
        sealed = manifest.pop("seal")
        actual = digest_value(manifest)
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError) as problem:
        raise ArtifactDamaged(f"{place}: the manifest is missing or unreadable; it will be rebuilt") from problem
    if sealed != actual:
        raise ArtifactDamaged(f"{place}: the manifest was changed; it will be rebuilt")
    return manifest


def open_artifact(folder: Path, digest: DigestFiles = digest_files) -> Artifact:
    """Check each file of an artifact against its manifest.

    Args:
        folder: The artifact's.
        digest: Returns the sha256 of files.

    Returns:
        The artifact.

    Raises:
        ArtifactDamaged: If a file is missing, of another size, or of another content.
    """
    manifest = read_manifest(folder)
    _require_unchanged(folder, [StoredFile(**entry) for entry in manifest["files"]], digest)
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


def _digest_of(files: tuple[StoredFile, ...], made: Made) -> str:
    if not made.placement:
        return content_digest(files, made.parts)
    return content_digest(tuple(file for file in files if file.name not in made.placement), ())


def _as_read_back(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document as its reader will see it, so that both digest the same."""
    read: dict[str, Any] = json.loads(json.dumps(document, allow_nan=False))
    return read


def _stored(path: Path, folder: Path, sha256: str) -> StoredFile:
    return StoredFile(path.relative_to(folder).as_posix(), path.stat().st_size, sha256)


def _make_durable(path: Path) -> None:
    """Change nothing after the wait for the disk, so that a large file has settled before it is digested."""
    path.chmod(READ_ONLY)
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def _require_unchanged(folder: Path, files: Sequence[StoredFile], digest: DigestFiles) -> None:
    paths = [folder / file.name for file in files]
    try:
        sizes = [path.stat().st_size for path in paths]
        digests = digest(paths)
    except FileNotFoundError as problem:
        raise ArtifactDamaged(f"{problem.filename} is missing; it will be rebuilt") from problem
    for path, file, size, sha256 in zip(paths, files, sizes, digests, strict=True):
        if size != file.size:
            raise ArtifactDamaged(f"{path} has {size} bytes, expected {file.size}; it will be rebuilt")
        if sha256 != file.sha256:
            raise ArtifactDamaged(f"{path} was changed; it will be rebuilt")
