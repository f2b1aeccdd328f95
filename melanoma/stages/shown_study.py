"""The study that a report shows: the last finished one of the same data."""

from dataclasses import dataclass

from melanoma.artifacts.record import JSON, Artifact
from melanoma.artifacts.store import ArtifactStore
from melanoma.runs import FINISHED, RunFolder, list_runs, read_run
from melanoma.stages.files import STUDY as STUDY_FILE
from melanoma.stages.table import STUDY


@dataclass(frozen=True)
class ShownStudy:
    """What the report is made from beside the run's own artifacts.

    Attributes:
        artifact: Of the study stage.
    """

    artifact: Artifact

    @property
    def digest(self) -> str:
        """The sha256 of the study's content."""
        return self.artifact.digest

    @property
    def document(self) -> JSON:
        """Its `study.json`."""
        return self.artifact.read_json(STUDY_FILE)


def find_shown_study(store: ArtifactStore, data_digest: str) -> ShownStudy | None:
    """Return the last finished study of some data; None where there is none or its artifact is gone.

    Args:
        store: Of the home whose runs are looked through.
        data_digest: The digest of the data, as `run.json` has it.
    """
    for run_id in reversed(list_runs(store.home)):
        record = read_run(RunFolder(store.home, run_id))
        made = record["stages"].get(STUDY.name)
        if made and record["status"] == FINISHED and record["data_digest"] == data_digest:
            artifact = store.find(STUDY.name, made["key"])
            return ShownStudy(artifact) if artifact else None
    return None
