"""The robustness task."""

from datetime import timedelta

from melanoma.artifacts.record import Artifact
from melanoma.artifacts.store import Obtained
from melanoma.runs import link_files
from melanoma.stages.files import ROBUSTNESS as RECORD
from melanoma.stages.table import ROBUSTNESS
from tasks.publish import publish_table
from tasks.run import Run
from tasks.stage import carry_out, stage_task


@stage_task(ROBUSTNESS, timeout=timedelta(hours=12))
def robustness(run: Run, *made: Artifact) -> Obtained:
    """Say what the model loses on test pictures that came out a little different."""
    tried = carry_out(run, ROBUSTNESS, *made)
    link_files(run.folder, tried.artifact, RECORD)
    publish_table("robustness", tried.artifact.summary["drops"], "What each change of the test pictures costs")
    return tried
