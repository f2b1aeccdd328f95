"""Run folders: what one run did, and links to what it made.

<home>/runs/<run id>/run.json, quarantine.csv, audit.json, audit.html, findings/<check>.csv, near_duplicates.parquet,
manifest.parquet, examples.parquet, balance.html, metrics.json, predictions.parquet, model.keras, report.html,
MODEL_CARD.md, reporting_checklist.md
<home>/runs/latest -> the last finished run

Where the home is in object storage, this is what one machine keeps of it. What is written here is also written there, a
run's files when it ends; `refresh_runs` brings the records of the others' runs, and `find_run` the files of one.
"""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from melanoma.artifacts.bucket import open_bucket
from melanoma.artifacts.bucket_runs import BucketRuns
from melanoma.artifacts.record import Artifact
from melanoma.errors import BucketError, UsageError

RUN = "run.json"
LATEST = "latest"
_FOREIGN = ".foreign"  # marks the folder of another machine's run
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
    try:
        _write(folder, {"run_id": folder.run_id, "status": RUNNING, **about, "stages": {}})
    except BucketError:
        shutil.rmtree(folder.path)
        raise


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


def share_files(folder: RunFolder) -> None:
    """Bring a run's files to object storage as far as they are not there; nothing where the home is a folder.

    At its end a run does so by itself; before, it is for what must not be told without the files, as a promotion.
    """
    remote = _open_remote(folder.home)
    if remote:
        remote.write_files(folder.path)


def point_latest(folder: RunFolder) -> None:
    """Let ``runs/latest`` point at this run, in one step."""
    _point_latest(folder)
    remote = _open_remote(folder.home)
    if remote:
        remote.write_latest(folder.run_id)


def refresh_runs(home: Path) -> None:
    """Bring what object storage knows of the runs of other machines; nothing where the home is a folder.

    A run of this machine is never touched: it may be going on in another process.
    """
    remote = _open_remote(home)
    if remote is None:
        return
    for run_id, content in remote.read_records(lambda run_id: _may_have_news(RunFolder(home, run_id))).items():
        folder = RunFolder(home, run_id)
        folder.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder.path / _FOREIGN).touch()
        _replace(folder, content)
    latest = remote.read_latest()
    if latest in list_runs(home) and _latest(home).run_id != latest:
        _point_latest(RunFolder(home, str(latest)))


def address_of_file(folder: RunFolder, name: str) -> str | None:
    """Return where a file of a run is in object storage; None where the home is a folder."""
    remote = _open_remote(folder.home)
    return remote.address_of(folder.run_id, name) if remote else None


def _point_latest(folder: RunFolder) -> None:
    fresh = folder.path.parent / f".{LATEST}-{folder.run_id}.{os.getpid()}"
    fresh.unlink(missing_ok=True)
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
        return _brought(_latest(home))
    matches = [run for run in list_runs(home) if run.startswith(name)]
    if len(matches) != 1:
        raise UsageError(f"run {name}: {len(matches)} runs match in {home / 'runs'}; `melanoma status` lists them")
    return _brought(RunFolder(home, matches[0]))


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
    stages = read_run(_latest(home))["stages"]
    return {name: entry["key"] for name, entry in stages.items()}


def _latest(home: Path) -> RunFolder:
    return RunFolder(home, (home / "runs" / LATEST).resolve().name)


def _brought(folder: RunFolder) -> RunFolder:
    remote = _open_remote(folder.home)
    if remote:
        remote.fetch_files(folder.path)
    return folder


def _may_have_news(folder: RunFolder) -> bool:
    """Tell whether another machine's run is unknown here, or was still going on when it was last looked at."""
    if not (folder.path / RUN).is_file():
        return True
    try:
        return (folder.path / _FOREIGN).is_file() and read_run(folder)["status"] == RUNNING
    except UsageError:
        return True


def _open_remote(home: Path) -> BucketRuns | None:
    bucket = open_bucket(home)
    return BucketRuns(bucket, RUN, LATEST) if bucket else None


def _write(folder: RunFolder, document: Mapping[str, Any]) -> None:
    _replace(folder, json.dumps(document, indent=1, ensure_ascii=False).encode())
    if document["status"] != RUNNING:
        share_files(folder)  # before the record that says that it has ended
    remote = _open_remote(folder.home)
    if remote:
        remote.write_record(folder.path)


def _replace(folder: RunFolder, content: bytes) -> None:
    fresh = folder.path / f".{RUN}.{os.getpid()}"
    try:
        fresh.write_bytes(content)
        fresh.replace(folder.path / RUN)
    finally:
        fresh.unlink(missing_ok=True)  # where the disk is full
