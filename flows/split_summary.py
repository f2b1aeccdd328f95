"""What the terminal shows after `melanoma split`."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from flows.summary import stage_summary
from flows.verify import verify_run
from melanoma.data.split_counts import count_split
from melanoma.runs import RunFolder
from melanoma.stages.files import MANIFEST

_LEAKS = "after_augmentation"


def split_json(home: Path, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a finished split as JSON values: what is where, what was left out, and the proof.

    The proof is made here, from the tables that the run left, and not taken from the stage that split.

    Args:
        home: Where artifacts and runs are kept.
        record: The run's `run.json`.
    """
    manifest = RunFolder(home, record["run_id"]).path / MANIFEST
    proof = verify_run(home, record["run_id"]).to_json()
    return {
        "run_id": record["run_id"],
        "protocol": record["config"]["split"]["protocol"],
        **count_split(pd.read_parquet(manifest)),
        "quarantined": stage_summary(home, record, "ingest")["quarantined"],
        "notes": stage_summary(home, record, "split")["notes"],
        "proof": {"holds": proof["holds"], "claims": proof["claims"]},
        "manifest": str(manifest),
    }


def describe_split(found: Mapping[str, Any]) -> str:
    """Say how many images and groups each role, diagnosis and fold has, what was left out, and that the proof holds.

    Args:
        found: What `split_json` returns.

    Returns:
        Some lines of text.
    """
    places = list(found["total"])
    rows = [*found["classes"], {"diagnosis": "all", **found["total"]}]
    cells = [[row["diagnosis"], *(_cell(row[place]) for place in places)] for row in rows]
    lines = ["", *_align([["images / groups of related images", *places], *cells]), ""]
    folds = [[f"fold {fold['fold']}", _cell(fold)] for fold in found["folds"]]
    lines += [*(_align([["outside test", "images / groups"], *folds]) if folds else ["no folds"]), ""]
    lines += [f"left out: {count:,} images, {reason}" for reason, count in found["excluded_because"].items()]
    lines += [f"quarantined: {found['quarantined']:,}", "", *_describe_proof(found)]
    return "\n".join([*lines, f"manifest: {found['manifest']}"])


def _describe_proof(found: Mapping[str, Any]) -> Iterator[str]:
    """Say whether the proof holds, how it was made, and each claim; what breaks one stands below it."""
    proof = found["proof"]
    how = "groups were found again from lesions, patients and pictures in the run's tables"
    yield f"proof: {'holds' if proof['holds'] else 'DOES NOT HOLD'}; {how}"
    for claim in proof["claims"]:
        yield f"  {'ok  ' if claim['holds'] else 'FAIL'}  {claim['text']}"
        yield from (f"        {offender}" for offender in claim["offenders"])
    if found["protocol"] == _LEAKS:
        yield f"split.protocol {_LEAKS} leaks: balance takes validation from originals and copies; for comparison only"


def _cell(count: Mapping[str, int]) -> str:
    return f"{count['images']:,} / {count['groups']:,}"


def _align(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the rows of a table as lines: the first column to the left, the others to the right."""
    first, *others = (max(len(cell) for cell in column) for column in zip(*rows, strict=True))
    return [
        row[0].ljust(first) + "".join(cell.rjust(width + 2) for cell, width in zip(row[1:], others, strict=True))
        for row in rows
    ]
