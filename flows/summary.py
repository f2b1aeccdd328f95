"""What the terminal shows at the end of a run."""

import os
import shutil
import sys
from pathlib import Path
from typing import Any

from melanoma.artifacts.store import ArtifactStore
from melanoma.runs import RunFolder
from melanoma.stages.files import REPORT


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
    lines += [f"report: {report}", f"next:   open {report}", *_next_steps(record)]
    return "\n".join(lines)


def _findings(home: Path, record: dict[str, Any]) -> list[str]:
    findings = _summary(home, record, "validate")["findings"]
    if not findings:
        return ["  nothing wrong with the data"]
    return [f"  {f['check']:<27}{f['count']:>7,} images  {f['action']:<8} {f['severity']}" for f in findings]


def _headline(home: Path, record: dict[str, Any]) -> list[str]:
    return [f"  {line}" for line in _summary(home, record, "report")["headline"]]


def _next_steps(record: dict[str, Any]) -> list[str]:
    program = "melanoma" if shutil.which("melanoma") else os.path.relpath(Path(sys.prefix, "bin", "melanoma"))
    return [
        f"        {program} plan --data {record['data']}    says what a change would run again",
        f"        {program} ui    shows the task runs of later runs in the Prefect UI",
    ]


def _summary(home: Path, record: dict[str, Any], stage: str) -> dict[str, Any]:
    artifact = ArtifactStore(home).find(stage, record["stages"][stage]["key"])
    return dict(artifact.summary) if artifact else {}
