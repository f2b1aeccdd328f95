"""The study task."""

from datetime import timedelta

from melanoma.artifacts.store import Obtained
from melanoma.runs import link_files
from melanoma.stages.files import STUDY, STUDY_CSV, STUDY_PAGE
from melanoma.stages.table import STUDY as STUDY_STAGE
from tasks.publish import publish_table
from tasks.run import Run
from tasks.stage import carry_out, stage_task, tell


@stage_task(STUDY_STAGE, timeout=timedelta(hours=2))
def compare(run: Run) -> Obtained:
    """Put the networks of a study side by side, and say whether each step helped."""
    compared = carry_out(run, STUDY_STAGE)
    link_files(run.folder, compared.artifact, STUDY, STUDY_CSV, STUDY_PAGE)
    said = compared.artifact.summary
    publish_table("study", said["rows"], f"{said['title']}: each row's figures, and its gain over the others")
    tell(f"study: {run.folder.path / STUDY_PAGE}")
    return compared
