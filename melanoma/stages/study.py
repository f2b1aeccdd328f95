"""Stage: the networks of a study side by side, and whether each step helped. Nothing is chosen; test rows are told."""

from collections.abc import Iterator
from importlib.metadata import version

import pandas as pd

from melanoma.config.evaluate import EvaluateConfig
from melanoma.config.study import Study, StudyRow
from melanoma.evaluation.comparison import Comparison, Contest, compare_networks, count_relatives
from melanoma.evaluation.predictions_file import read_predictions
from melanoma.reporting.report_figures.study_intervals import draw_study_intervals
from melanoma.reporting.study_page import StudyRecord, render_study_page
from melanoma.stages.files import EXAMPLES, LEAK, METRICS, PREDICTIONS, STUDY, STUDY_CSV, STUDY_PAGE
from melanoma.stages.job import Built, Job, Summary, write_json
from melanoma.stages.prediction_table import write_csv
from melanoma.stages.study_runs import CLEAN, LEAKING, Protocol, StudyRun, StudyRuns
from melanoma.stages.study_table import table_rows

_METRICS = ("balanced_accuracy", "accuracy")
_SPLITS = {CLEAN: ("validation", "test"), LEAKING: ("validation",)}


def build(job: Job) -> Built:
    """Gather the figures of each run, compare the networks on the test images that they share, and write the page."""
    made, config = job.given(StudyRuns), job.section(EvaluateConfig)
    rows = [_describe_row(made, row) for row in made.study.rows]
    job.progress("comparing networks on the same test images")
    comparisons = [_compare(made, contest, config, job.seed) for contest in _contests(made.study)]
    document = _document(made, rows, comparisons)
    write_json(job.folder / STUDY, document)
    table = table_rows(document)
    write_csv(job.folder / STUDY_CSV, table)
    record = StudyRecord(version("melanoma"), document, draw_study_intervals(document))
    (job.folder / STUDY_PAGE).write_text(render_study_page(record), encoding="utf-8")
    return Built({"title": made.study.title, "rows": table, "answers": [c.describe() for c in comparisons]})


def _contests(study: Study) -> Iterator[Contest]:
    """Yield who is compared with whom: with the row before, the baseline, and the published network."""
    for before, row in zip((None, *study.rows), study.rows, strict=False):
        if before:
            yield Contest(row.name, before.name, "row before")
        if study.row(study.baseline) and study.baseline != row.name:
            yield Contest(row.name, study.baseline, "baseline")
        if study.as_published and study.row(study.as_published):
            yield Contest(row.name, study.as_published, "as published")


def _compare(made: StudyRuns, contest: Contest, config: EvaluateConfig, seed: int) -> Comparison:
    protocol = LEAKING if contest.against == "as published" else CLEAN
    first, second = (
        read_predictions(_require(made, name, which).evaluated.path(PREDICTIONS))
        for name, which in ((contest.name, CLEAN), (contest.other, protocol))
    )
    return compare_networks(contest, first, second, config, seed)


def _require(made: StudyRuns, row: str, protocol: Protocol) -> StudyRun:
    found = made.find(row, protocol)
    if found is None:
        raise LookupError(f"study: no {protocol} run of row {row}; this is a defect")
    return found


def _describe_row(made: StudyRuns, row: StudyRow) -> Summary:
    clean, leaking = _require(made, row.name, CLEAN), made.find(row.name, LEAKING)
    return {
        "name": row.name,
        "profile": row.profile,
        "change": row.change,
        "clean": _describe_run(clean),
        "leaking": _describe_run(leaking) if leaking else None,
    }


def _describe_run(run: StudyRun) -> Summary:
    splits, leak = run.evaluated.read_json(METRICS)["splits"], run.balanced.read_json(LEAK)
    return {
        **run.origin,
        "network": run.trained.summary["network"],
        "parameters": run.trained.summary["parameters"],
        "kept": run.trained.summary["kept"],
        "validation_images_with_relative_in_training": leak["share"],
        "splits": {
            split: {name: splits[split]["metrics"][name] for name in _METRICS if name in splits[split]["metrics"]}
            for split in _SPLITS[run.protocol]
            if split in splits
        },
    }


def _document(made: StudyRuns, rows: list[Summary], comparisons: list[Comparison]) -> Summary:
    study = made.study
    return {
        "title": study.title,
        "baseline": study.baseline if study.row(study.baseline) else None,
        "as_published": study.as_published if study.row(study.as_published) else None,
        "seed": study.config.seed,
        "classes": _require(made, study.rows[0].name, CLEAN).evaluated.read_json(METRICS)["classes"],
        "rows": rows,
        "comparisons": [comparison.to_json() for comparison in comparisons],
        "published_network_knows": _known_test_images(made),
    }


def _known_test_images(made: StudyRuns) -> Summary | None:
    """Count the clean test images of which the published network has trained on a relative."""
    published = made.find(made.study.as_published, LEAKING) if made.study.as_published else None
    if published is None:
        return None
    tested = read_predictions(_require(made, published.row, CLEAN).evaluated.path(PREDICTIONS))
    return dict(count_relatives(tested, pd.read_parquet(published.balanced.path(EXAMPLES))))
