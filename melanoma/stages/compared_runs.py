"""Two runs whose predictions are put side by side, and the artifacts that their figures are read from."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from melanoma.artifacts.record import Artifact
from melanoma.artifacts.store import ArtifactStore
from melanoma.data.roles import TEST
from melanoma.errors import ArtifactDamaged, ModelError, UsageError
from melanoma.evaluation.evaluate import EXTERNAL
from melanoma.fingerprint import digest_value
from melanoma.runs import LATEST, RUN, RunFolder, find_run, read_run
from melanoma.stages.table import EVALUATE, EVALUATE_DATA

# Where a run's predictions are, and which rows of them it is judged by.
_SPLITS = {EVALUATE.name: TEST, EVALUATE_DATA.name: EXTERNAL}


@dataclass(frozen=True)
class ComparedRun:
    """A run, or an evaluation by `melanoma evaluate`.

    Attributes:
        record: Its `run.json`.
        evaluated: Its predictions and figures.
    """

    record: Mapping[str, Any]
    evaluated: Artifact

    @property
    def run_id(self) -> str:
        """Its id."""
        return str(self.record["run_id"])

    @property
    def split(self) -> str:
        """The rows that it is judged by: ``test``, or ``external`` of an evaluation."""
        return _SPLITS[self.evaluated.stage]

    @property
    def network(self) -> str:
        """What the network is called."""
        tested = self.record.get("model")
        return str(tested["network"] if tested else self.record["config"]["train"]["network"])

    @property
    def origin(self) -> dict[str, Any]:
        """What `compare.json` says of it."""
        artifact = {"stage": self.evaluated.stage, "key": self.evaluated.key, "digest": self.evaluated.digest}
        return {
            "run_id": self.run_id,
            "network": self.network,
            "data": self.record["data"],
            "split": self.split,
            "artifact": artifact,
            "made_by": self.evaluated.made_by.get("run_id"),
        }


@dataclass(frozen=True)
class ComparedRuns:
    """What the compare stage is made from.

    Attributes:
        first: The run that is asked about.
        second: The one that it is compared with.
    """

    first: ComparedRun
    second: ComparedRun

    @cached_property
    def digest(self) -> str:
        """The sha256 of all that the comparison shows of the two."""
        return digest_value([self.first.origin, self.second.origin])

    @property
    def title(self) -> str:
        """Both ids."""
        return " against ".join(self.run_ids)

    @property
    def run_ids(self) -> list[str]:
        """Both ids."""
        return [self.first.run_id, self.second.run_id]


def find_compared(first: str, second: str, home: Path) -> ComparedRuns:
    """Find two runs by the names that a user gives them.

    Args:
        first: A run's id, the beginning of it, ``latest``, or a run's folder.
        second: Another.
        home: Where runs are kept.

    Returns:
        Both.

    Raises:
        UsageError: If there is no such run, or both are the same one.
        ModelError: If one has no predictions, or a file of them is gone or damaged.
    """
    folders = [_find_folder(name, home) for name in (first, second)]
    if folders[0].path.resolve() == folders[1].path.resolve():
        raise UsageError(f"compare: {first} and {second} are one run, {folders[0].run_id}; give two")
    return ComparedRuns(*(_read_compared(folder) for folder in folders))


def _find_folder(name: str, home: Path) -> RunFolder:
    path = Path(name)
    if name == LATEST or not path.is_dir():
        return find_run(home, name)
    if not (path / RUN).is_file():
        raise UsageError(f"compare: {name} holds no {RUN}; give a run's id, latest, or the folder of a run")
    return RunFolder(path.resolve().parents[1], path.resolve().name)


def _read_compared(folder: RunFolder) -> ComparedRun:
    record = read_run(folder)
    made = next((stage for stage in _SPLITS if stage in record["stages"]), None)
    if made is None:
        raise ModelError(f"compare: run {folder.run_id} has no predictions (it is {record['status']}); give another")
    try:
        return ComparedRun(record, ArtifactStore(folder.home).require(made, record["stages"][made]["key"]))
    except ArtifactDamaged as problem:
        raise ModelError(f"compare: {problem} when run {folder.run_id} is made again") from problem
