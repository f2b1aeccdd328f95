"""The evaluate-data task."""

from datetime import timedelta

from melanoma.artifacts.record import Artifact
from melanoma.artifacts.store import Obtained
from melanoma.runs import link_files
from melanoma.stages.files import METRICS, PREDICTIONS, PREDICTIONS_CSV
from melanoma.stages.table import EVALUATE_DATA
from tasks.publish import publish_table
from tasks.run import Run
from tasks.stage import carry_out, stage_task


@stage_task(EVALUATE_DATA, timeout=timedelta(hours=12))
def evaluate_data(run: Run, ingested: Artifact) -> Obtained:
    """Score a model on a labelled set that it was not made from."""
    evaluated = carry_out(run, EVALUATE_DATA, ingested)
    link_files(run.folder, evaluated.artifact, METRICS, PREDICTIONS, PREDICTIONS_CSV)
    said = evaluated.artifact.summary
    figures = [{"metric": name, **figure} for name, figure in said["metrics"].items()]
    publish_table("class-mapping", said["data"]["mapping"], "The set's diagnoses, and what the model calls them")
    publish_table("external-figures", figures, "How good the model is on this set, with 95 % intervals")
    return evaluated
