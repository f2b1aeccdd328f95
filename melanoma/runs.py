"""Run folders: what one run did, and links to what it made.

<home>/runs/<run id>/run.json, quarantine.csv, audit.json, audit.html, findings/<check>.csv, near_duplicates.parquet,
manifest.parquet, examples.parquet, balance.html, metrics.json, predictions.parquet, model.keras, report.html,
MODEL_CARD.md, reporting_checklist.md
<home>/runs/latest -> the last finished run
"""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from melanoma.artifacts.record import Artifact
from melanoma.errors import UsageError

RUN = "run.json"
LATEST = "latest"
RUNNING, FINISHED, FAILED, REFUSED = "running", "finished", "failed", "refused"


@dataclass(frozen=True)
class RunFolder:
    """One run's folder under a home."""

    home: Path
    run_id: str

    @property
    def path(self) -> Path:
        """Where it is."""
        return self.home / "runs" / self.run_id


def new_run_id(now: datetime, token: str) -> str:
    """Return an id that sorts by time and is readable: ``20261123-211500-1f3c9a2b``."""
    return f"{now:%Y%m%d-%H%M%S}-{token[:8]}"


def open_run(folder: RunFolder, about: Mapping[str, Any]) -> None:
    """Make a run's folder and write the first `run.json`.

    Args:
        folder: The run.
        about: Data, configuration, versions, seed, when and by which process it was started.
    """
    folder.path.mkdir(parents=True, mode=0o700)
    _write(folder, {"run_id": folder.run_id, "status": RUNNING, **about, "stages": {}})


def note_stage(folder: RunFolder, stage: str, entry: Mapping[str, Any]) -> None:
    """Add what became of one stage to `run.json`."""
    document = read_run(folder)
    document["stages"][stage] = dict(entry)
    _write(folder, document)


def note(folder: RunFolder, **values: object) -> None:
    """Set values of `run.json`, such as its status."""
    _write(folder, {**read_run(folder), **values})


def link_files(folder: RunFolder, artifact: Artifact, *names: str) -> None:
    """Put an artifact's files into the run's folder, as links where the file system has them."""
    for name in names:
        target = folder.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        try:
            os.link(artifact.path(name), target)
        except OSError:
            shutil.copyfile(artifact.path(name), target)


def point_latest(folder: RunFolder) -> None:
    """Let ``runs/latest`` point at this run, in one step."""
    fresh = folder.path.parent / f".{LATEST}-{folder.run_id}"
    fresh.symlink_to(folder.run_id)
    fresh.replace(folder.path.parent / LATEST)


def read_run(folder: RunFolder) -> dict[str, Any]:
    """Read a run's `run.json`.

    Raises:
        UsageError: If there is none, or it is no JSON document.
    """
    path = folder.path / RUN
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise UsageError(f"{path}: no readable run; `melanoma status` lists the runs") from problem
    return document


def find_run(home: Path, name: str) -> RunFolder:
    """Return a run by its id, by the beginning of its id, or as ``latest``.

    Raises:
        UsageError: If none or several have that name.
    """
    if name == LATEST and (home / "runs" / LATEST).exists():
        return RunFolder(home, (home / "runs" / LATEST).resolve().name)
    matches = [run for run in list_runs(home) if run.startswith(name)]
    if len(matches) != 1:
        raise UsageError(f"run {name}: {len(matches)} runs match in {home / 'runs'}; `melanoma status` lists them")
    return RunFolder(home, matches[0])


def list_runs(home: Path) -> list[str]:
    """Return the ids of all runs, oldest first."""
    return sorted(path.parent.name for path in (home / "runs").glob(f"*/{RUN}") if not path.parent.is_symlink())


def is_gone(process: int) -> bool:
    """Tell whether a process of this machine no longer runs."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def last_keys(home: Path) -> dict[str, str]:
    """Return the key of each stage of the last finished run; empty if there is none."""
    if not (home / "runs" / LATEST / RUN).exists():
        return {}
    stages = read_run(find_run(home, LATEST))["stages"]
    return {name: entry["key"] for name, entry in stages.items()}


def _write(folder: RunFolder, document: Mapping[str, Any]) -> None:
    fresh = folder.path / f".{RUN}.{os.getpid()}"
    fresh.write_text(json.dumps(document, indent=1, ensure_ascii=False), encoding="utf-8")
    fresh.replace(folder.path / RUN)
