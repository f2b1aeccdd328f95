"""Stage: one offline file that says what was asked, what came out, and why it may be trusted."""

from collections import Counter
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import pandas as pd

from melanoma.artifacts.folder import read_manifest
from melanoma.artifacts.record import JSON
from melanoma.config.report import ReportConfig
from melanoma.data.examples import ORIGINAL
from melanoma.data.roles import ROLES
from melanoma.reporting.cohort import describe_cohort, describe_sources
from melanoma.reporting.decisions import count_decisions
from melanoma.reporting.evidence import Evidence
from melanoma.reporting.gallery import choose_examples
from melanoma.reporting.html import render_html
from melanoma.reporting.model_card import render_model_card
from melanoma.reporting.report_figure import draw_figures
from melanoma.reporting.reporting_checklist import render_reporting_checklist
from melanoma.reporting.summary import headline
from melanoma.stages import files
from melanoma.stages.audit_page import choose_for_findings
from melanoma.stages.job import Built, Job
from melanoma.stages.pixels import open_examples, open_originals
from melanoma.stages.report_origin import describe_origin
from melanoma.stages.shown_study import ShownStudy

_SHOWN_STAGES = ("ingest", "validate", "split", "balance", "train", "evaluate", "robustness", "explain")
_PICTURES_PER_FINDING = 8


def build(job: Job) -> Built:
    """Gather what the run's artifacts hold, and write the report, the model card and the checklists from it."""
    evidence = _draw(_gather(job), job.section(ReportConfig).figure_dpi)
    (job.folder / files.REPORT).write_text(render_html(evidence), encoding="utf-8")
    (job.folder / files.MODEL_CARD).write_text(render_model_card(evidence), encoding="utf-8")
    checklist = render_reporting_checklist(evidence)
    (job.folder / files.REPORTING_CHECKLIST).write_text(checklist, encoding="utf-8")
    return Built({"headline": headline(evidence.metrics, evidence.leak)})


def _gather(job: Job) -> Evidence:
    config = job.section(ReportConfig)
    divided = pd.read_parquet(job.inputs["split"].path(files.MANIFEST))
    everything = open_originals(job.inputs["ingest"], divided)
    examples = open_examples(job.inputs["ingest"], job.inputs["balance"])
    trained_on = examples.rows
    predictions = pd.read_parquet(job.inputs["evaluate"].path(files.PREDICTIONS))
    audit, metrics, leak = (_read(job, name) for name in (files.AUDIT, files.METRICS, files.LEAK))
    return Evidence(
        title=config.title,
        version=version("melanoma"),
        protocol=leak["protocol"],
        audit=audit,
        expectations=_read(job, files.EXPECTATIONS),
        metrics=metrics,
        history=_read(job, files.HISTORY),
        leak=leak,
        class_table=_class_table(divided, trained_on),
        flow=_flow(job, divided, trained_on),
        quarantine=[{"image_id": row.image_id, "reason": row.reason} for row in _quarantine(job).itertuples()],
        gallery=choose_examples(examples, predictions, config.examples_per_kind, job.seed),
        finding_pictures=choose_for_findings(job.inputs["validate"], everything, _PICTURES_PER_FINDING),
        figures=_figures(job),
        study=_study(job),
        robustness=_read(job, files.ROBUSTNESS),
        explanations=_read(job, files.EXPLANATIONS),
        explanation_pictures={path.name: path.read_bytes() for path in job.inputs["explain"].folder.glob("*.jpg")},
        config={"seed": job.seed, **{name: section.model_dump(mode="json") for name, section in job.sections.items()}},
        versions=_versions(job),
        provenance=[describe_origin(job.inputs[stage]) for stage in _SHOWN_STAGES],
        source=_read(job, files.SOURCE),
        sources=describe_sources(divided),
        cohort=describe_cohort(divided),
        decisions=count_decisions(predictions, metrics),
    )


def _draw(evidence: Evidence, dpi: int) -> Evidence:
    return replace(evidence, figures={**evidence.figures, **draw_figures(evidence, dpi)})


_MADE_BY = {
    files.AUDIT: "validate",
    files.EXPECTATIONS: "validate",
    files.METRICS: "evaluate",
    files.ROBUSTNESS: "robustness",
    files.EXPLANATIONS: "explain",
    files.HISTORY: "train",
    files.LEAK: "balance",
    files.SOURCE: "ingest",
}


def _read(job: Job, name: str) -> JSON:
    return job.inputs[_MADE_BY[name]].read_json(name)


def _quarantine(job: Job) -> pd.DataFrame:
    return pd.read_csv(job.inputs["ingest"].path(files.QUARANTINE), dtype="object")


def _class_table(divided: pd.DataFrame, trained_on: pd.DataFrame) -> list[dict[str, Any]]:
    originals = trained_on[trained_on["origin"] == ORIGINAL]
    counts = Counter(zip(originals["diagnosis"], originals["split"], strict=True))
    after = trained_on[trained_on["split"] == "train"].groupby("diagnosis").size()
    table = []
    for diagnosis, images in divided.groupby("diagnosis"):
        splits = {split: counts[diagnosis, split] for split in ROLES}
        table.append(
            {
                "diagnosis": diagnosis,
                "images_found": len(images),
                "excluded": int(images["split"].isna().sum()),
                **splits,
                "train_after_balance": int(after.get(diagnosis, 0)),
            }
        )
    return table


def _flow(job: Job, divided: pd.DataFrame, trained_on: pd.DataFrame) -> list[tuple[str, int]]:
    """Count the images from what was found to the splits; copies are not counted."""
    quarantined = _quarantine(job)["kind"].value_counts()
    excluded = divided["excluded_because"].value_counts()
    originals = trained_on.loc[trained_on["origin"] == ORIGINAL, "split"].value_counts()
    splits = [(role, int(originals.get(role, 0))) for role in ROLES]
    reasons = [(str(reason), int(count)) for counts in (quarantined, excluded) for reason, count in counts.items()]
    return [("images found", len(divided) + int(quarantined.sum())), *reasons, *splits]


def _figures(job: Job) -> dict[str, bytes]:
    """Return the pictures that stages of their own have drawn."""
    names = {"training_curves": "training-curves", "confusion_matrix": "confusion-matrix"}
    return {name: job.inputs[stage].path(files.FIGURE).read_bytes() for name, stage in names.items()}


def _study(job: Job) -> JSON | None:
    return job.given(ShownStudy).document if job.material else None


def _versions(job: Job) -> dict[str, str]:
    """Return the versions that the artifacts were made with, which need not be those installed now."""
    versions: dict[str, str] = {}
    for artifact in job.inputs.values():
        versions |= read_manifest(artifact.folder)["ingredients"]["libraries"]
    return dict(sorted(versions.items()))
