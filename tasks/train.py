"""The train task."""

from datetime import timedelta

from melanoma.artifacts.record import Artifact
from melanoma.artifacts.store import Obtained
from melanoma.runs import link_files
from melanoma.stages.files import MODEL
from melanoma.stages.table import TRAIN, TRAINING_CURVES
from tasks.publish import publish_picture
from tasks.run import Run
from tasks.stage import carry_out, stage_task, tell


@stage_task(TRAIN, timeout=timedelta(hours=72))
def train(run: Run, ingested: Artifact, balanced: Artifact) -> Obtained:
    """Fit the network, or a head on its features, on training rows, watching validation rows."""
    trained = carry_out(run, TRAIN, ingested, balanced)
    curves = carry_out(run, TRAINING_CURVES, trained.artifact)
    said = trained.artifact.summary
    link_files(run.folder, trained.artifact, MODEL)
    tell(f"{said['network']}: {said['parameters']:,} parameters, {said['kept']}")
    publish_picture(
        "training-curves", curves.artifact, "Loss and accuracy on training and validation rows, step by step"
    )
    return trained
