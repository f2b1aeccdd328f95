"""The balance task."""

from datetime import timedelta

from melanoma.artifacts.record import Artifact
from melanoma.artifacts.store import Obtained
from melanoma.runs import link_files
from melanoma.stages.files import EXAMPLES
from melanoma.stages.table import BALANCE
from tasks.publish import publish_table
from tasks.run import Run
from tasks.stage import carry_out, stage_task, tell


@stage_task(BALANCE, timeout=timedelta(hours=12), retries=2)
def balance(run: Run, ingested: Artifact, divided: Artifact) -> Obtained:
    """Make augmented copies of training images."""
    balanced = carry_out(run, BALANCE, ingested, divided)
    link_files(run.folder, balanced.artifact, EXAMPLES)
    made = balanced.artifact.summary
    tell(f"{made['copies']:,} copies; {made['leak']['share']:.1%} of validation images have a relative in training")
    publish_table("class-balance", made["classes"], "Training images of each diagnosis: originals and copies")
    return balanced
