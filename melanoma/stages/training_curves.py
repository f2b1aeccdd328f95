"""Figure: loss and accuracy by epoch, or by strength of the penalty."""

from melanoma.reporting.figures.training_curves import draw_training_curves
from melanoma.stages.files import FIGURE, HISTORY
from melanoma.stages.job import Built, Job


def build(job: Job) -> Built:
    """Draw the history of the train stage."""
    (job.folder / FIGURE).write_bytes(draw_training_curves(job.inputs["train"].read_json(HISTORY)))
    return Built()
