"""The evaluate task."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from melanoma.artifacts.record import Artifact
from melanoma.artifacts.store import Obtained
from melanoma.data.roles import TEST
from melanoma.reporting.names import metric_name
from melanoma.reporting.number_text import figure_text
from melanoma.runs import link_files
from melanoma.stages.files import METRICS, PREDICTIONS
from melanoma.stages.table import CONFUSION_MATRIX, EVALUATE
from tasks.publish import publish_picture, publish_table
from tasks.run import Run
from tasks.stage import carry_out, stage_task


@stage_task(EVALUATE, timeout=timedelta(hours=12))
def evaluate(run: Run, ingested: Artifact, balanced: Artifact, trained: Artifact) -> Obtained:
    """Say with intervals how good the network is on rows that nothing was chosen on."""
    evaluated = carry_out(run, EVALUATE, ingested, balanced, trained)
    matrix = carry_out(run, CONFUSION_MATRIX, evaluated.artifact)
    link_files(run.folder, evaluated.artifact, METRICS, PREDICTIONS)
    publish_picture("confusion-matrix", matrix.artifact, "What was predicted for each diagnosis, on test rows")
    publish_table("metrics", _figures(evaluated.artifact.summary), "How good the network is, with 95 % intervals")
    return evaluated


def _figures(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a row per metric, with what it is on each split, test first."""
    splits = sorted(said, key=lambda split: split != TEST)
    metrics = dict.fromkeys(name for split in splits for name in said[split] if name != "n")
    return [
        {
            "metric": metric_name(name),
            **{split: figure_text(said[split][name]) if name in said[split] else None for split in splits},
        }
        for name in metrics
    ]
