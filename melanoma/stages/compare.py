"""Stage: two runs side by side on the images that both were evaluated on. Nothing is chosen; test rows are told."""

from importlib.metadata import version

import pandas as pd

from melanoma.config.evaluate import EvaluateConfig
from melanoma.evaluation.compare_models import Entrant, compare_models
from melanoma.evaluation.compare_statements import state_comparison, state_limits
from melanoma.reporting.compare_page import CompareRecord, render_compare_page
from melanoma.reporting.figures.differences import draw_differences
from melanoma.stages.compared_runs import ComparedRun, ComparedRuns
from melanoma.stages.files import COMPARISON, COMPARISON_PAGE, METRICS, PREDICTIONS
from melanoma.stages.job import Built, Job, write_json


def build(job: Job) -> Built:
    """Compare the predictions of two runs, image by image, and write the page."""
    made, config = job.given(ComparedRuns), job.section(EvaluateConfig)
    job.progress("comparing two runs on the same images")
    found = compare_models(_enter(made.first), _enter(made.second), config, job.seed)
    document = {
        "first": made.first.origin,
        "second": made.second.origin,
        "resamples": config.resamples,
        "seed": job.seed,
        **found,
        "verdict": state_comparison(found),
        "limits": state_limits(found),
    }
    write_json(job.folder / COMPARISON, document)
    record = CompareRecord(version("melanoma"), document, draw_differences(document))
    (job.folder / COMPARISON_PAGE).write_text(render_compare_page(record), encoding="utf-8")
    return Built({"verdict": document["verdict"], "images": found["images"]["common"]})


def _enter(run: ComparedRun) -> Entrant:
    predictions = pd.read_parquet(run.evaluated.path(PREDICTIONS))
    point = run.evaluated.read_json(METRICS)["splits"].get(run.split, {}).get("operating_point")
    rows = predictions[predictions["split"] == run.split].reset_index(drop=True)
    return Entrant(rows, float(point["threshold"]) if point else None)
