"""The evaluate task."""

from datetime import timedelta

from melanoma.artifacts.record import Artifact
from melanoma.artifacts.store import Obtained
from melanoma.runs import link_files
from melanoma.stages.files import METRICS, PREDICTIONS
from melanoma.stages.table import CONFUSION_MATRIX, EVALUATE
from tasks.publish import publish_picture
from tasks.run import Run
from tasks.stage import carry_out, stage_task


@stage_task(EVALUATE, timeout=timedelta(hours=12))
def evaluate(run: Run, ingested: Artifact, balanced: Artifact, trained: Artifact) -> Obtained:
    """Say with intervals how good the network is on rows that nothing was chosen on."""
    evaluated = carry_out(run, EVALUATE, ingested, balanced, trained)
    matrix = carry_out(run, CONFUSION_MATRIX, evaluated.artifact)
    link_files(run.folder, evaluated.artifact, METRICS, PREDICTIONS)
    publish_picture("confusion-matrix", matrix.artifact, "What was predicted for each diagnosis, on test rows")
    return evaluated
