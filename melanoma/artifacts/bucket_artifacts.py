"""Artifacts in object storage: there is no rename there, so an artifact is committed by its manifest, written last.

artifacts/<stage>/<key>/<sha256>/<name>    a file of it
artifacts/<stage>/<key>/manifest.json      says which files; without it there is no artifact
damaged/<stage>-<key>-<n>/                 what no longer matched its manifest, set aside

A file stands under its own digest. So two machines that make the same artifact at once never write over each other's
files, and what an interrupted upload left is taken up by the next one. Of several manifests the first is kept.
"""

import itertools
import logging
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from melanoma.artifacts.bucket import Bucket, open_bucket
from melanoma.artifacts.folder import READ_ONLY, open_artifact, parse_manifest, read_manifest
from melanoma.artifacts.record import MANIFEST, Part, StoredFile
from melanoma.errors import ArtifactDamaged

logger = logging.getLogger(__name__)
_ROOM = "artifacts"
_DAMAGED = "damaged"
_AT_ONCE = 8


class BucketArtifacts:
    """The artifacts of one home in object storage."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._ingredients: dict[str, dict[str, Any]] = {}

    def read_manifest(self, stage: str, key: str) -> dict[str, Any] | None:
        """Read an artifact's manifest and check its seal; None if there is none.

        Raises:
            ArtifactDamaged: If it is not as it was written, or another artifact's.
        """
        content = self._bucket.read(_manifest_of(stage, key))
        return None if content is None else self._checked(content, stage, key)

    def read_ingredients(self, stage: str, known: Collection[str]) -> dict[str, dict[str, Any]]:
        """Return what a stage's artifacts were made from, by key; each is asked for once in a process.

        Args:
            stage: The stage.
            known: Keys of artifacts that are not asked for.
        """
        names = {_manifest_of(stage, key): key for key in self._bucket.entries(f"{_ROOM}/{stage}") if key not in known}
        unread = [name for name in names if name not in self._ingredients]
        for name, content in self._bucket.read_all(unread).items():
            with suppress(ArtifactDamaged):  # counts as none, as everywhere
                self._ingredients[name] = self._checked(content, stage, names[name])["ingredients"]
        return {key: self._ingredients[name] for name, key in names.items() if name in self._ingredients}

    def missing(self, parts: Sequence[Part]) -> Part | None:
        """Return a part that is not there with the content that it should have; None if all are."""
        names = {part: _manifest_of(part.stage, part.key) for part in parts}
        found = self._bucket.read_all(list(names.values()))
        return next((part for part, name in names.items() if not self._holds(found.get(name), part)), None)

    def fetch(self, stage: str, key: str, folder: Path) -> bool:
        """Bring an artifact into a folder, which appears whole or not at all.

        Args:
            stage: Its stage.
            key: Its key.
            folder: Where it goes. If it is there in the meantime, by another process, that one stays.

        Returns:
            Whether there is such an artifact.

        Raises:
            ArtifactDamaged: If a file is missing or not as the manifest says.
        """
        content = self._bucket.read(_manifest_of(stage, key))
        if content is None:
            return False
        files = _files_in(self._checked(content, stage, key))
        with tempfile.TemporaryDirectory(prefix=f"{stage}-{key}-", dir=_room_for(folder)) as place:
            arriving = Path(place) / key
            arriving.mkdir(mode=0o700)
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                list(pool.map(lambda file: self._bring(_folder_of(stage, key), file, arriving), files))
            (arriving / MANIFEST).write_bytes(content)
            (arriving / MANIFEST).chmod(READ_ONLY)
            self._check(arriving, stage, key)
            _put_in_place(arriving, folder)
        return True

    def publish(self, folder: Path) -> bool:
        """Write an artifact, its files first and its manifest last.

        Args:
            folder: A whole artifact; its parts stand beside it, or are in the bucket already.

        Returns:
            Whether the bucket now holds this content; False where another's of the same key was there first.
        """
        manifest = read_manifest(folder)
        stage, key = manifest["stage"], manifest["key"]
        while (there := self._manifest_or_set_aside(stage, key)) is None:
            self._publish_parts(folder, manifest)
            self._upload(folder, stage, key, _files_in(manifest))
            if self._bucket.create(_manifest_of(stage, key), (folder / MANIFEST).read_bytes()):
                return True
        if there["digest"] == manifest["digest"]:
            return True
        self._remove_others(manifest, there)
        return False

    def set_aside(self, stage: str, key: str) -> None:
        """Take a damaged artifact out of the way: its manifest first, so that nobody takes it for whole."""
        folder, taken = _folder_of(stage, key), set(self._bucket.entries(_DAMAGED))
        free = next(name for n in itertools.count(1) if (name := f"{stage}-{key}-{n}") not in taken)
        names = sorted(self._bucket.sizes(folder), key=lambda name: name != MANIFEST)
        for name in names:
            self._bucket.move(f"{folder}/{name}", f"{_DAMAGED}/{free}/{name}")

    def _checked(self, content: bytes, stage: str, key: str) -> dict[str, Any]:
        place = f"{self._bucket.address}/{_folder_of(stage, key)}"
        manifest = parse_manifest(content, place)
        names = [PurePosixPath(entry["name"]) for entry in manifest["files"]]
        strays = [name for name in names if name.is_absolute() or ".." in name.parts]
        if (manifest["stage"], manifest["key"]) != (stage, key) or strays:
            raise ArtifactDamaged(f"{place}: holds the artifact of another key; it will be rebuilt")
        return manifest

    def _holds(self, content: bytes | None, part: Part) -> bool:
        try:
            return content is not None and self._checked(content, part.stage, part.key)["digest"] == part.digest
        except ArtifactDamaged:
            return False

    def _bring(self, source: str, file: StoredFile, arriving: Path) -> None:
        target = arriving / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not self._bucket.download(f"{source}/{file.sha256}/{file.name}", target):
            raise ArtifactDamaged(f"{self._bucket.address}/{source}: {file.name} is missing; it will be rebuilt")
        target.chmod(READ_ONLY)

    def _check(self, arriving: Path, stage: str, key: str) -> None:
        """Check what has arrived; a failure names the bucket, not the folder of its arrival."""
        try:
            open_artifact(arriving)
        except ArtifactDamaged as problem:
            place = f"{self._bucket.address}/{_folder_of(stage, key)}"
            raise ArtifactDamaged(str(problem).replace(str(arriving), place)) from problem

    def _manifest_or_set_aside(self, stage: str, key: str) -> dict[str, Any] | None:
        try:
            return self.read_manifest(stage, key)
        except ArtifactDamaged as problem:
            logger.warning("%s", problem)
            self.set_aside(stage, key)
            return None

    def _publish_parts(self, folder: Path, manifest: Mapping[str, Any]) -> None:
        """Write the parts that the bucket has lost; those that were made with it are there already."""
        parts = [Part(**part) for part in manifest["parts"]]
        while part := self.missing(parts):
            self.publish(folder.parents[1] / part.stage / part.key)
            parts = parts[parts.index(part) + 1 :]

    def _upload(self, folder: Path, stage: str, key: str, files: Sequence[StoredFile]) -> None:
        target = _folder_of(stage, key)
        there = self._bucket.sizes(target)
        for file in files:
            name = f"{file.sha256}/{file.name}"
            if there.get(name) != file.size:
                self._bucket.upload(folder / file.name, f"{target}/{name}")

    def _remove_others(self, manifest: Mapping[str, Any], kept: Mapping[str, Any]) -> None:
        """Remove the files of an upload that came second and was not the same."""
        mine, theirs = set(_names_in(manifest)), set(_names_in(kept))
        self._bucket.remove([f"{_folder_of(manifest['stage'], manifest['key'])}/{name}" for name in mine - theirs])


def open_bucket_artifacts(home: Path) -> BucketArtifacts | None:
    """Return the artifacts in the bucket that a home's folder stands for; None where the folder is the home itself."""
    bucket = open_bucket(home)
    return _artifacts_in(bucket) if bucket else None


@cache
def _artifacts_in(bucket: Bucket) -> BucketArtifacts:
    return BucketArtifacts(bucket)


def _folder_of(stage: str, key: str) -> str:
    return f"{_ROOM}/{stage}/{key}"


def _manifest_of(stage: str, key: str) -> str:
    return f"{_folder_of(stage, key)}/{MANIFEST}"


def _files_in(manifest: Mapping[str, Any]) -> list[StoredFile]:
    return [StoredFile(**entry) for entry in manifest["files"]]


def _names_in(manifest: Mapping[str, Any]) -> Iterator[str]:
    return (f"{file.sha256}/{file.name}" for file in _files_in(manifest))


def _room_for(folder: Path) -> Path:
    """Return a place on the folder's file system where what arrives is put together."""
    room = folder.parents[2] / "building"
    for needed in (room, folder.parent):
        needed.mkdir(parents=True, exist_ok=True, mode=0o700)
    return room


def _put_in_place(arriving: Path, folder: Path) -> None:
    try:
        arriving.rename(folder)
    except OSError:
        if not folder.exists():
            raise
        shutil.rmtree(arriving)
