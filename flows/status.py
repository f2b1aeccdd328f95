"""The runs of a home, as `melanoma status` lists them."""

import socket
from pathlib import Path
from typing import Any

from melanoma.runs import RUNNING, RunFolder, address_of_file, is_gone, list_runs, read_run
from melanoma.stages.files import REPORT
from melanoma.stages.table import REPORT as REPORT_STAGE

INTERRUPTED = "interrupted"


def describe_runs(home: Path) -> list[dict[str, Any]]:
    """Return what each run did, oldest first; one whose process is gone without a word was interrupted.

    Args:
        home: Where runs are kept.

    Returns:
        For each run: id, status, data, when it started, its stages' states, its report, its problem.
    """
    return [describe_run(RunFolder(home, run_id)) for run_id in list_runs(home)]


def describe_run(folder: RunFolder) -> dict[str, Any]:
    """Return what one run did; see `describe_runs`.

    Raises:
        UsageError: If its `run.json` cannot be read.
    """
    record = read_run(folder)
    report = folder.path / REPORT
    elsewhere = address_of_file(folder, REPORT) if REPORT_STAGE.name in record["stages"] else None
    return {
        "run_id": folder.run_id,
        "status": INTERRUPTED if _is_orphan(record) else record["status"],
        "data": record["data"],
        "started_at": record["started_at"],
        "stages": {name: entry["state"] for name, entry in record["stages"].items()},
        "report": str(report) if report.exists() else elsewhere,
        "problem": record.get("problem"),
    }


def _is_orphan(record: dict[str, Any]) -> bool:
    return record["status"] == RUNNING and record["host"] == socket.gethostname() and is_gone(record["process"])
