"""The content-addressed store: a result is found by the key of what it was made from, or made once.

<home>/artifacts/<stage>/<key>/      files, and manifest.json, written last
<home>/building/<stage>-<key>/       a result being made; renamed into place when whole
<home>/unfinished/<stage>/<key>/     what a killed attempt leaves to the next one of the same key; gone with the result
<home>/damaged/<stage>-<key>-<n>/    what no longer matched its manifest, set aside
<home>/locks/<stage>-<key>.lock      held while one is made; the kernel releases it when its holder dies

Where the home is in object storage, this folder is what one machine keeps of it: what is made is also written there,
and what is not here is looked for there. Locks hold on one machine; two may make the same artifact, of which one is
kept.
"""

import errno
import itertools
import logging
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from melanoma.artifacts.bucket_artifacts import open_bucket_artifacts
from melanoma.artifacts.folder import open_artifact, read_manifest, seal, sync_folder
from melanoma.artifacts.known_digests import KnownDigests
from melanoma.artifacts.record import Artifact, Made, Part, Recipe
from melanoma.errors import ArtifactDamaged, DiskFull

logger = logging.getLogger(__name__)
PRIVATE = 0o700
_BROUGHT_AT_ONCE = 4


@dataclass(frozen=True)
class Obtained:
    """An artifact, and whether it was already there."""

    artifact: Artifact
    reused: bool


class ArtifactStore:
    """Artifacts under one home folder, shared by any number of processes on one machine.

    A home in object storage is shared by any number of machines.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self._digests = KnownDigests(home)
        self._remote = open_bucket_artifacts(home)

    def folder(self, stage: str, key: str) -> Path:
        """Return where an artifact is, or would be."""
        return self.home / "artifacts" / stage / key

    def find(self, stage: str, key: str) -> Artifact | None:
        """Return a whole and verified artifact, or None if there is none or it is damaged.

        Of one that is brought from object storage the parts stay there; see `bring_parts`.
        """
        try:
            return self.require(stage, key)
        except ArtifactDamaged:
            return None

    def require(self, stage: str, key: str) -> Artifact:
        """Return a whole and verified artifact, as `find` does, or say what is wrong with it.

        Raises:
            ArtifactDamaged: If it is gone or damaged; one line that names the file.
        """
        folder = self.folder(stage, key)
        if self._remote and not folder.exists():
            self._remote.fetch(stage, key, folder)
        return self._verified(stage, key)

    def read_manifest(self, stage: str, key: str) -> dict[str, Any]:
        """Read an artifact's manifest and check its seal.

        Raises:
            ArtifactDamaged: If there is none, or it was changed.
        """
        folder = self.folder(stage, key)
        remote = self._remote.read_manifest(stage, key) if self._remote and not folder.exists() else None
        return remote or read_manifest(folder)

    def ingredients(self, stage: str, key: str) -> dict[str, Any] | None:
        """Return what an artifact was made from, or None if its manifest is gone."""
        try:
            ingredients: dict[str, Any] = self.read_manifest(stage, key)["ingredients"]
        except ArtifactDamaged:
            return None
        return ingredients

    def alike(self, recipe: Recipe, ingredient: str) -> list[Artifact]:
        """Return the whole artifacts that were made from the same as a recipe but for one ingredient.

        Args:
            recipe: The recipe.
            ingredient: The name of the ingredient that may differ.

        Returns:
            The artifacts, by key.
        """
        wanted = {name: value for name, value in recipe.ingredients.items() if name != ingredient}
        here = (path.name for path in (self.home / "artifacts" / recipe.stage).glob("*"))
        known = {key: self.ingredients(recipe.stage, key) for key in here}
        if self._remote:
            known |= self._remote.read_ingredients(recipe.stage, known)
        like = [key for key in sorted(known) if _without(known[key], ingredient) == wanted]
        return [artifact for key in like if (artifact := self.find(recipe.stage, key))]

    def obtain(self, recipe: Recipe, build: Callable[[Path], Made]) -> Obtained:
        """Return the artifact of a recipe; build it if it is not there whole.

        Of several processes that ask at once, one builds and the others wait for it.

        Args:
            recipe: What the artifact is made from.
            build: Writes the files into the empty folder that it is given.

        Returns:
            The artifact, and whether it was reused.

        Raises:
            DiskFull: If there is no space for it; nothing is left of it but what `open_workbench` holds.
        """
        found = self.find(recipe.stage, recipe.key)
        if found:
            return self._agreed(Obtained(found, reused=True))
        with self._locked(recipe):
            found = self._find_or_set_aside(recipe) or self._fetch_or_set_aside(recipe)
            if found:
                return self._agreed(Obtained(found, reused=True))
            with self._explained(recipe):
                built = self._build(recipe, build)
            return self._agreed(Obtained(built, reused=False))

    def bring_parts(self, artifacts: Iterable[Artifact]) -> None:
        """Bring the parts of artifacts that are in object storage alone, for who is going to read them.

        Raises:
            ArtifactDamaged: If one is; it is set aside, so that the next run makes it anew.
        """
        parts = {part for artifact in artifacts for part in artifact.parts} if self._remote else set()
        lacking = [part for part in parts if not self._is_here(part)]
        with ThreadPoolExecutor(_BROUGHT_AT_ONCE) as pool:
            list(pool.map(self._bring_part, lacking))

    def open_workbench(self, recipe: Recipe) -> Path:
        """Return a folder that outlives a killed attempt to make an artifact, until the artifact is made.

        Only who builds the artifact, and so holds its lock, may use it.

        Args:
            recipe: What the artifact is made from.

        Returns:
            The folder, made if it is not there.
        """
        workbench = self._room("unfinished") / recipe.stage / recipe.key
        for folder in (workbench.parent, workbench):
            folder.mkdir(exist_ok=True, mode=PRIVATE)
        return workbench

    def _find_here(self, stage: str, key: str) -> Artifact | None:
        if not self.folder(stage, key).exists():
            return None
        try:
            return self._verified(stage, key)
        except ArtifactDamaged:
            return None

    def _verified(self, stage: str, key: str) -> Artifact:
        artifact = open_artifact(self.folder(stage, key), self._digests.digest_files)
        if (artifact.stage, artifact.key) != (stage, key):
            raise ArtifactDamaged(f"{artifact.folder}: holds the artifact of another key; it will be rebuilt")
        lacking = [part for part in artifact.parts if not self._is_here(part)]
        gone = self._remote.missing(lacking) if self._remote and lacking else next(iter(lacking), None)
        if gone:
            raise ArtifactDamaged(f"{artifact.folder}: its {gone.stage} {gone.key[:8]} is gone; it will be rebuilt")
        return artifact

    def _is_here(self, part: Part) -> bool:
        found = self._find_here(part.stage, part.key)
        return found is not None and found.digest == part.digest

    def _fetch(self, stage: str, key: str) -> bool:
        try:
            return self._remote is not None and self._remote.fetch(stage, key, self.folder(stage, key))
        except ArtifactDamaged:
            return False

    def _find_or_set_aside(self, recipe: Recipe) -> Artifact | None:
        folder = self.folder(recipe.stage, recipe.key)
        if not folder.exists():
            return None
        try:
            return self._verified(recipe.stage, recipe.key)
        except ArtifactDamaged as problem:
            logger.warning("%s", problem)
            self._set_aside(recipe.stage, recipe.key)
            return None

    def _fetch_or_set_aside(self, recipe: Recipe) -> Artifact | None:
        """Do in object storage what `_find_or_set_aside` does here."""
        if self._remote is None:
            return None
        folder = self.folder(recipe.stage, recipe.key)
        try:
            is_there = self._remote.fetch(recipe.stage, recipe.key, folder)
            return self._verified(recipe.stage, recipe.key) if is_there else None
        except ArtifactDamaged as problem:
            logger.warning("%s", problem)
            self._remote.set_aside(recipe.stage, recipe.key)
            if folder.exists():
                self._set_aside(recipe.stage, recipe.key)
            return None

    def _bring_part(self, part: Part) -> None:
        if self.folder(part.stage, part.key).exists():  # and damaged
            self._set_aside(part.stage, part.key)
        if self._fetch(part.stage, part.key):
            return
        if self._remote:
            self._remote.set_aside(part.stage, part.key)
        raise ArtifactDamaged(f"{part.stage} {part.key[:8]} was damaged and is set aside; the same command mends it")

    def _agreed(self, obtained: Obtained) -> Obtained:
        """Let object storage have an artifact; where it has another one of the same key, take that one."""
        artifact = obtained.artifact
        if self._remote is None or self._remote.publish(artifact.folder):
            return obtained
        logger.warning("another machine made %s %s first; its result is taken", artifact.stage, artifact.key[:8])
        shutil.rmtree(artifact.folder)
        self._remote.fetch(artifact.stage, artifact.key, artifact.folder)
        return Obtained(self._verified(artifact.stage, artifact.key), reused=True)

    def _set_aside(self, stage: str, key: str) -> None:
        aside = self._room("damaged")
        name = f"{stage}-{key}"
        free = next(aside / f"{name}-{n}" for n in itertools.count(1) if not (aside / f"{name}-{n}").exists())
        self.folder(stage, key).rename(free)

    def _build(self, recipe: Recipe, build: Callable[[Path], Made]) -> Artifact:
        building = self._room("building") / f"{recipe.stage}-{recipe.key}"
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir(mode=PRIVATE)
        try:
            made = build(building)
            seal(building, recipe, made, self._digests.digest_files)
            self._commit(building, self.folder(recipe.stage, recipe.key))
            shutil.rmtree(self.home / "unfinished" / recipe.stage / recipe.key, ignore_errors=True)
        finally:
            shutil.rmtree(building, ignore_errors=True)
        return self._verified(recipe.stage, recipe.key)

    @contextmanager
    def _explained(self, recipe: Recipe) -> Iterator[None]:
        """Turn a full disk into one line; a task that meets it need not be tried again, as after other errors."""
        try:
            yield
        except OSError as problem:
            if problem.errno != errno.ENOSPC:
                raise
            raise DiskFull(
                f"{self.home}: no space is left on its disk to make {recipe.stage}; free some, then the same command "
                "goes on from the last finished stage"
            ) from problem

    def _commit(self, building: Path, folder: Path) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
        building.rename(folder)
        sync_folder(folder.parent)

    @contextmanager
    def _locked(self, recipe: Recipe) -> Iterator[None]:
        lock = FileLock(self._room("locks") / f"{recipe.stage}-{recipe.key}.lock", thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            logger.warning("waiting for another run that is making %s %s", recipe.stage, recipe.key[:8])
            lock.acquire()
        try:
            yield
        finally:
            lock.release()

    def _room(self, name: str) -> Path:
        room = self.home / name
        room.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
        return room


def _without(ingredients: dict[str, Any] | None, name: str) -> dict[str, Any] | None:
    return ingredients and {key: value for key, value in ingredients.items() if key != name}
