"""The content-addressed store: a result is found by the key of what it was made from, or made once.

<home>/artifacts/<stage>/<key>/      files, and manifest.json, written last
<home>/building/<stage>-<key>/       a result being made; renamed into place when whole
<home>/unfinished/<stage>/<key>/     what a killed attempt leaves to the next one of the same key; gone with the result
<home>/damaged/<stage>-<key>-<n>/    what no longer matched its manifest, set aside
<home>/locks/<stage>-<key>.lock      held while one is made; the kernel releases it when its holder dies
"""

import itertools
import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from melanoma.artifacts.folder import open_artifact, read_manifest, seal, sync_folder
from melanoma.artifacts.known_digests import KnownDigests
from melanoma.artifacts.record import Artifact, Made, Recipe
from melanoma.errors import ArtifactDamaged

logger = logging.getLogger(__name__)
PRIVATE = 0o700


@dataclass(frozen=True)
class Obtained:
    """An artifact, and whether it was already there."""

    artifact: Artifact
    reused: bool


class ArtifactStore:
    """Artifacts under one home folder, shared by any number of processes on one machine."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._digests = KnownDigests(home)

    def folder(self, stage: str, key: str) -> Path:
        """Return where an artifact is, or would be."""
        return self.home / "artifacts" / stage / key

    def find(self, stage: str, key: str) -> Artifact | None:
        """Return a whole and verified artifact, or None if there is none or it is damaged."""
        if not self.folder(stage, key).exists():
            return None
        try:
            return self._verified(stage, key)
        except ArtifactDamaged:
            return None

    def ingredients(self, stage: str, key: str) -> dict[str, Any] | None:
        """Return what an artifact was made from, or None if its manifest is gone."""
        try:
            ingredients: dict[str, Any] = read_manifest(self.folder(stage, key))["ingredients"]
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
        keys = sorted(path.name for path in (self.home / "artifacts" / recipe.stage).glob("*"))
        like = [key for key in keys if _without(self.ingredients(recipe.stage, key), ingredient) == wanted]
        return [artifact for key in like if (artifact := self.find(recipe.stage, key))]

    def obtain(self, recipe: Recipe, build: Callable[[Path], Made]) -> Obtained:
        """Return the artifact of a recipe; build it if it is not there whole.

        Of several processes that ask at once, one builds and the others wait for it.

        Args:
            recipe: What the artifact is made from.
            build: Writes the files into the empty folder that it is given.

        Returns:
            The artifact, and whether it was reused.
        """
        found = self.find(recipe.stage, recipe.key)
        if found:
            return Obtained(found, reused=True)
        with self._locked(recipe):
            found = self._find_or_set_aside(recipe)
            if found:
                return Obtained(found, reused=True)
            return Obtained(self._build(recipe, build), reused=False)

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

    def _verified(self, stage: str, key: str) -> Artifact:
        artifact = open_artifact(self.folder(stage, key), self._digests.digest_files)
        if (artifact.stage, artifact.key) != (stage, key):
            raise ArtifactDamaged(f"{artifact.folder}: holds the artifact of another key; it will be rebuilt")
        for part in artifact.parts:
            found = self.find(part.stage, part.key)
            if found is None or found.digest != part.digest:
                raise ArtifactDamaged(f"{artifact.folder}: its {part.stage} {part.key[:8]} is gone; it will be rebuilt")
        return artifact

    def _find_or_set_aside(self, recipe: Recipe) -> Artifact | None:
        folder = self.folder(recipe.stage, recipe.key)
        if not folder.exists():
            return None
        try:
            return self._verified(recipe.stage, recipe.key)
        except ArtifactDamaged as problem:
            logger.warning("%s", problem)
            self._set_aside(folder, recipe)
            return None

    def _set_aside(self, folder: Path, recipe: Recipe) -> None:
        aside = self._room("damaged")
        name = f"{recipe.stage}-{recipe.key}"
        free = next(aside / f"{name}-{n}" for n in itertools.count(1) if not (aside / f"{name}-{n}").exists())
        folder.rename(free)

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
