"""The networks of a study: which run made each, and the artifacts that its figures are read from."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from melanoma.artifacts.record import Artifact
from melanoma.config.study import Study
from melanoma.fingerprint import digest_value

Protocol = Literal["clean", "leaking"]
CLEAN: Protocol = "clean"
LEAKING: Protocol = "leaking"


@dataclass(frozen=True)
class StudyRun:
    """One network: a row of a study under one protocol.

    Attributes:
        row: The row's name.
        protocol: Which of its two configurations.
        balanced: What it was trained on.
        trained: The network.
        evaluated: Its predictions and figures.
    """

    row: str
    protocol: Protocol
    balanced: Artifact
    trained: Artifact
    evaluated: Artifact

    @property
    def origin(self) -> dict[str, Any]:
        """Where its figures lead back to: the runs that made the artifacts, and the artifacts."""
        made = {"train": self.trained, "evaluate": self.evaluated}
        return {
            "run_id": self.evaluated.made_by.get("run_id"),
            "seconds": self.trained.made_by.get("seconds"),
            "artifacts": {
                stage: {"key": artifact.key, "digest": artifact.digest, "run_id": artifact.made_by.get("run_id")}
                for stage, artifact in made.items()
            },
        }


@dataclass(frozen=True)
class StudyRuns:
    """What the study stage is made from.

    Attributes:
        study: The study.
        runs: Its networks.
    """

    study: Study
    runs: tuple[StudyRun, ...]

    @cached_property
    def digest(self) -> str:
        """The sha256 of all that the study shows: its words, the artifacts, and who made them in how many seconds."""
        runs = [[run.row, run.protocol, run.balanced.digest, run.origin] for run in self.runs]
        return digest_value([self.study.model_dump(mode="json"), runs])

    def find(self, row: str, protocol: Protocol) -> StudyRun | None:
        """Return the network of a row under a protocol; None where there is none."""
        return next((run for run in self.runs if (run.row, run.protocol) == (row, protocol)), None)
