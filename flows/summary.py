"""What the terminal shows at the end of a run."""

import csv
import json
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from melanoma.artifacts.store import ArtifactStore
from melanoma.runs import RunFolder
from melanoma.stages.files import AUDIT_PAGE, BEST, QUARANTINE, REPORT, TRIALS, TUNE_PAGE

UNREADABLE = "unreadable"
_SHOWN = 20


def summarise(home: Path, record: dict[str, Any]) -> str:
    """Say what was found, the headline figures with intervals, where the report is, and what to do next.

    Args:
        home: Where artifacts and runs are kept.
        record: The run's `run.json`.

    Returns:
        Some lines of text.
    """
    report = RunFolder(home, record["run_id"]).path / REPORT
    lines = ["", "found:", *_findings(home, record), "", "result:", *_headline(home, record), ""]
    lines += [f"report: {report}", *_tracked(record), f"next:   open {report}", *_next_steps(record)]
    return "\n".join(lines)


def describe_ingest(home: Path, record: dict[str, Any], as_json: bool) -> str:
    """Say which layout a set has and why, and what is in it.

    Args:
        home: Where artifacts and runs are kept.
        record: The run's `run.json`.
        as_json: Say it as JSON.

    Returns:
        Some lines of text, or JSON.
    """
    found = stage_summary(home, record, "ingest")
    if as_json:
        return json.dumps({"run_id": record["run_id"], **found}, indent=1, ensure_ascii=False)
    lines = [f"layout: {found['layout']}: {found['reason']}", f"images: {found['images']:,}"]
    for entry in found["classes"]:
        counts = ", ".join(f"{split} {count:,}" for split, count in entry.items() if split != "diagnosis")
        lines.append(f"  {entry['diagnosis']:<45} {counts}")
    return "\n".join([*lines, f"quarantined: {found['quarantined']:,}", *_quarantine_lines(home, record)])


def describe_audit(home: Path, record: dict[str, Any]) -> str:
    """Say what is wrong with a set, and where the page with pictures is.

    Args:
        home: Where artifacts and runs are kept.
        record: The run's `run.json`.

    Returns:
        Some lines of text.
    """
    page = RunFolder(home, record["run_id"]).path / AUDIT_PAGE
    return "\n".join(["", "found:", *_findings(home, record), "", f"page: {page}"])


def describe_balance(home: Path, record: dict[str, Any], page: Path | None, as_json: bool) -> str:
    """Say how many training images each class has before and after balancing.

    Args:
        home: Where artifacts and runs are kept.
        record: The run's `run.json`.
        page: Where the page with pictures is, if there is one.
        as_json: Say it as JSON.

    Returns:
        A table, or JSON.
    """
    made = stage_summary(home, record, "balance")
    classes = [_before_and_after(entry) for entry in made["classes"]]
    if as_json:
        known = {"run_id": record["run_id"], **record["config"]["balance"], "copies": made["copies"]}
        shown = {"classes": classes, "leak": made["leak"], "notes": made["notes"], "page": str(page) if page else None}
        return json.dumps({**known, **shown}, indent=1, ensure_ascii=False)
    total = {name: sum(entry[name] for entry in classes) for name in ("before", "copies", "after")}
    lines = [f"{'training images':<45}{'before':>9}{'copies':>9}{'after':>9}"]
    for entry in [*classes, {"diagnosis": "all", **total}]:
        lines.append(f"{entry['diagnosis']:<45}{entry['before']:>9,}{entry['copies']:>9,}{entry['after']:>9,}")
    return "\n".join([*lines, *([f"page: {page}"] if page else [])])


def describe_search(home: Path, record: dict[str, Any], as_json: bool) -> str:
    """Say what a search found, and how to find out what it is worth.

    Args:
        home: Where artifacts and runs are kept.
        record: The run's `run.json`.
        as_json: Say it as JSON.

    Returns:
        Some lines of text, or JSON.
    """
    folder, found = RunFolder(home, record["run_id"]).path, record["tune"]
    config, page = folder / BEST, folder / TUNE_PAGE
    if as_json:
        places = {"config": str(config), "page": str(page), "trials_table": str(folder / TRIALS)}
        return json.dumps({"run_id": record["run_id"], **found, **places}, indent=1, ensure_ascii=False)
    best, counts = found["best"], found["trials"]
    folds = ", ".join(f"{value:.3f}" for value in best["folds"])
    return "\n".join(
        [
            f"trials: {counts['complete']} measured, {counts['pruned']} stopped early, {counts['failed']} failed",
            f"best:   trial {best['trial']}, balanced accuracy {best['balanced_accuracy']:.3f} (folds {folds})",
            *(f"        {key} = {value}" for key, value in best["values"].items()),
            "        optimistic, as the best of several; the test images say what it is worth:",
            f"next:   melanoma run --data {record['data']} --config {config}",
            f"page:   {page}",
        ]
    )


def stage_summary(home: Path, record: Mapping[str, Any], stage: str) -> dict[str, Any]:
    """Return what a run's stage says of its result; empty where the artifact is gone.

    Args:
        home: Where artifacts and runs are kept.
        record: The run's `run.json`.
        stage: The stage's name.
    """
    artifact = ArtifactStore(home).find(stage, record["stages"][stage]["key"])
    return dict(artifact.summary) if artifact else {}


def _before_and_after(entry: dict[str, Any]) -> dict[str, Any]:
    before, copies = entry.get("original", 0), entry.get("copy", 0)
    return {"diagnosis": entry["diagnosis"], "before": before, "copies": copies, "after": before + copies}


def _quarantine_lines(home: Path, record: dict[str, Any]) -> list[str]:
    artifact = ArtifactStore(home).find("ingest", record["stages"]["ingest"]["key"])
    if not artifact:
        return []
    with artifact.path(QUARANTINE).open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["kind"] == UNREADABLE]
    lines = [f"  {row['image_id']}: {row['reason']}" for row in rows[:_SHOWN]]
    return (
        [*lines, f"  and {len(rows) - _SHOWN:,} more, in {artifact.path(QUARANTINE)}"] if len(rows) > _SHOWN else lines
    )


def _findings(home: Path, record: dict[str, Any]) -> list[str]:
    findings = stage_summary(home, record, "validate")["findings"]
    if not findings:
        return ["  nothing wrong with the data"]
    return [f"  {f['check']:<30}{f['count']:>7,} images  {f['action']:<8} {f['severity']}" for f in findings]


def _headline(home: Path, record: dict[str, Any]) -> list[str]:
    return [f"  {line}" for line in stage_summary(home, record, "report")["headline"]]


def _tracked(record: dict[str, Any]) -> list[str]:
    """Say where MLflow has the run, if it was told."""
    logged = record.get("mlflow", {})
    return [f"mlflow: {logged['url'] or logged['store']}"] if "run_id" in logged else []


def _next_steps(record: dict[str, Any]) -> list[str]:
    program = "melanoma" if shutil.which("melanoma") else os.path.relpath(Path(sys.prefix, "bin", "melanoma"))
    return [
        f"        {program} plan --data {record['data']}    says what a change would run again",
        f"        {program} ui    shows the task runs of later runs in the Prefect UI",
    ]
