"""Figure: what was predicted for each diagnosis, on test."""

from melanoma.reporting.figures.confusion_matrix import draw_confusion_matrix
from melanoma.stages.files import FIGURE, METRICS
from melanoma.stages.job import Built, Job


def build(job: Job) -> Built:
    """Draw the confusion matrix of the evaluate stage."""
    metrics = job.inputs["evaluate"].read_json(METRICS)
    (job.folder / FIGURE).write_bytes(draw_confusion_matrix(metrics, "test"))
    return Built()
