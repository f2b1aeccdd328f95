"""The champion with all that a retraining reads of it, each checked against the line that promoted it."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from melanoma.artifacts.record import Artifact
from melanoma.artifacts.store import ArtifactStore
from melanoma.data.earlier_roles import EarlierRoles
from melanoma.errors import ModelError
from melanoma.registry.champion import CHAMPION, find_champion
from melanoma.registry.entry import Entry
from melanoma.registry.frozen_rows import digest_test_rows
from melanoma.registry.ledger import read_ledger
from melanoma.runs import RunFolder, read_run
from melanoma.stages.files import MANIFEST, PREDICTIONS, QUARANTINE
from melanoma.stages.found_model import FoundModel, find_model
from melanoma.stages.table import EVALUATE, INGEST, Stage


@dataclass(frozen=True)
class Champion:
    """The model in place.

    Attributes:
        entry: The line that promoted it.
        model: It, with its frozen rules.
        home: Where its run is.
        manifest: The split manifest of its run.
    """

    entry: Entry
    model: FoundModel
    home: Path
    manifest: pd.DataFrame = field(repr=False, compare=False)

    @property
    def folder(self) -> RunFolder:
        """Its run."""
        return RunFolder(self.home, self.entry.run_id)

    @cached_property
    def earlier_roles(self) -> EarlierRoles:
        """What its images were to it."""
        return EarlierRoles.of(self.manifest)

    @property
    def quarantine(self) -> pd.DataFrame:
        """The images that its run could not use."""
        return pd.read_csv(self.folder.path / QUARANTINE, dtype="object")

    def read_predictions(self) -> pd.DataFrame:
        """Return what it predicted on validation, calibration and test rows, from the sealed artifact.

        Raises:
            ModelError: If that is gone or damaged.
        """
        made = self._find(EVALUATE)
        if made is None:
            raise ModelError(
                f"{self.folder.path}: the champion's predictions are gone or damaged, so that nothing can be compared "
                "with it; promote another run"
            )
        return pd.read_parquet(made.path(PREDICTIONS))

    def find_ingest(self) -> Artifact | None:
        """Return the artifact that holds the pixels of its images; None if it is gone or damaged."""
        return self._find(INGEST)

    def _find(self, stage: Stage) -> Artifact | None:
        key = read_run(self.folder)["stages"].get(stage.name, {}).get("key", "")
        return ArtifactStore(self.home).find(stage.name, key) if key else None

    def describe(self) -> dict[str, Any]:
        """Return what a record says of it."""
        return {"run_id": self.entry.run_id, "line": self.entry.sequence, **self.model.facts}


def find_standing(home: Path) -> Champion | None:
    """Find the champion and check that model and test rows are those that were promoted.

    Args:
        home: Where runs are kept.

    Returns:
        The champion; None while there is none.

    Raises:
        LedgerBroken: If the promotions are not as they were written.
        ModelError: If the model or the test rows are not.
    """
    entry = find_champion(read_ledger(home))
    if entry is None:
        return None
    model = find_model(CHAMPION, home)
    return Champion(entry, model, home, _read_manifest(RunFolder(home, entry.run_id), entry))


def read_test_rows(folder: RunFolder) -> pd.DataFrame:
    """Return the split manifest of a run.

    Raises:
        ModelError: If it has none.
    """
    path = folder.path / MANIFEST
    if not path.is_file():
        raise ModelError(f"run {folder.run_id}: has no {MANIFEST}, so that its test rows are unknown; give another run")
    return pd.read_parquet(path)


def _read_manifest(folder: RunFolder, entry: Entry) -> pd.DataFrame:
    manifest = read_test_rows(folder)
    if digest_test_rows(manifest) != entry.test_rows_sha256:
        raise ModelError(
            f"{folder.path / MANIFEST}: the test rows are not those that the champion was promoted with (line "
            f"{entry.sequence}); put the file back, or promote another run"
        )
    return manifest
