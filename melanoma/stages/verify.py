"""What a finished run can prove again.

Its split is clean, its figures follow from its predictions, and its files are those that its stages made.
"""

import json
from pathlib import Path

import pandas as pd

from melanoma.data.proof import Claim, SplitTables, claim, prove_tables
from melanoma.errors import MelanomaError
from melanoma.fingerprint import digest_files
from melanoma.runs import RunFolder, read_run
from melanoma.stages import files
from melanoma.stages.recomputed import figures_follow
from melanoma.stages.run_files import find_changed, list_made
from melanoma.stages.table import BALANCE


def verify_folder(folder: RunFolder) -> tuple[Claim, ...]:
    """Check all claims of a run. Each line of the result is one function that looks at the run's folder.

    Args:
        folder: The run.

    Returns:
        The claims, of which all should hold.

    Raises:
        UsageError: If there is no such run.
        MelanomaError: If a table that the proof needs is missing or unreadable.
    """
    return (
        *prove_tables(_read_tables(folder)),
        *_figures_follow(folder),
        _files_are_as_made(folder),
    )


def _read_tables(folder: RunFolder) -> SplitTables:
    record, pairs = read_run(folder), folder.path / files.NEAR_DUPLICATES
    return SplitTables(
        _read_table(folder.path / files.MANIFEST),
        _read_table(folder.path / files.EXAMPLES) if BALANCE.name in record["stages"] else None,
        _read_table(folder.path / files.QUARANTINE),
        images=record["images"],
        pairs=_read_table(pairs) if pairs.exists() else None,
    )


def _figures_follow(folder: RunFolder) -> tuple[Claim, ...]:
    """Recompute the figures; a run that ended before evaluate has none."""
    record = read_run(folder)
    if "evaluate" not in record["stages"]:
        return ()
    path = folder.path / files.METRICS
    try:
        metrics = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise MelanomaError(f"{path}: cannot be read, so nothing can be proven; run the pipeline again") from problem
    return (figures_follow(record, metrics, _read_table(folder.path / files.PREDICTIONS)),)


def _read_table(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path, dtype="object") if path.suffix == ".csv" else pd.read_parquet(path)
    except (OSError, ValueError) as problem:
        reason = "is missing" if not path.exists() else "cannot be read"
        raise MelanomaError(f"{path}: {reason}, so nothing can be proven; run the pipeline again") from problem


def _files_are_as_made(folder: RunFolder) -> Claim:
    """Read every file of a run's folder, and compare it with the digest in its artifact's sealed manifest."""
    problems, made = find_changed(folder, digest_files), list_made(read_run(folder))
    text = f"{len(problems)} of {len(made)} files differ from what their artifacts recorded"
    return claim("files_are_as_made", problems, text)
