"""The study task."""

from datetime import timedelta

from prefect import State

from melanoma.artifacts.record import Artifact
from melanoma.artifacts.store import Obtained
from melanoma.runs import link_files
from melanoma.stages.files import STUDY, STUDY_CSV, STUDY_PAGE
from melanoma.stages.study_runs import Protocol, StudyRun
from melanoma.stages.table import STUDY as STUDY_STAGE
from tasks.publish import publish_table
from tasks.run import Run
from tasks.stage import carry_out, stage_task, tell


def name_network(row: str, protocol: Protocol, *made: Artifact | State[Artifact]) -> StudyRun:
    """Return what a study reads of one network.

    Args:
        row: Its row's name.
        protocol: How it was trained.
        *made: What balance, train and evaluate have returned; a reused stage hands a flow its state `Cached`.
    """
    by_stage = {artifact.stage: artifact for artifact in map(_settle, made)}
    return StudyRun(row, protocol, by_stage["balance"], by_stage["train"], by_stage["evaluate"])


@stage_task(STUDY_STAGE, timeout=timedelta(hours=2))
def compare(run: Run) -> Obtained:
    """Put the networks of a study side by side, and say whether each step helped."""
    compared = carry_out(run, STUDY_STAGE)
    link_files(run.folder, compared.artifact, STUDY, STUDY_CSV, STUDY_PAGE)
    said = compared.artifact.summary
    publish_table("study", said["rows"], f"{said['title']}: each row's figures, and its gain over the others")
    tell(f"study: {run.folder.path / STUDY_PAGE}")
    return compared


def _settle(made: Artifact | State[Artifact]) -> Artifact:
    return made if isinstance(made, Artifact) else made.result()
