"""What the terminal shows after `melanoma study`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from melanoma.runs import RunFolder
from melanoma.stages.files import STUDY, STUDY_PAGE

_COLUMNS = (("leaking", "validation"), ("clean", "validation"), ("clean", "test"))
_NO_FIGURE = "–"


def study_json(home: Path, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a finished study as JSON values: its run, its folder, and its `study.json`.

    Args:
        home: Where runs are kept.
        record: The run's `run.json`.
    """
    folder = RunFolder(home, record["run_id"]).path
    document = json.loads((folder / STUDY).read_text(encoding="utf-8"))
    return {"run_id": record["run_id"], "folder": str(folder), **document}


def describe_study(found: Mapping[str, Any]) -> str:
    """Show each row's balanced accuracy with intervals, and say whether each step helped.

    Args:
        found: What `study_json` returns.

    Returns:
        Some lines of text.
    """
    heads = [f"{protocol} {split}" for protocol, split in _COLUMNS]
    lines = ["", found["title"], f"{'balanced accuracy':<26}{''.join(f'{head:<24}' for head in heads)}".rstrip()]
    lines += [_line(row) for row in found["rows"]]
    lines += ["", *(entry["sentence"] for entry in found["comparisons"])]
    return "\n".join([*lines, "", f"page: {Path(found['folder'], STUDY_PAGE)}"])


def _line(row: Mapping[str, Any]) -> str:
    cells = (((row[protocol] or {}).get("splits", {})).get(split, {}) for protocol, split in _COLUMNS)
    texts = (_figure_text(figures.get("balanced_accuracy")) for figures in cells)
    return f"{row['name']:<26}{''.join(f'{text:<24}' for text in texts)}".rstrip()


def _figure_text(figure: Mapping[str, Any] | None) -> str:
    if figure is None:
        return _NO_FIGURE
    low, high = figure["ci95"]
    return f"{figure['value']:.3f} [{low:.3f}, {high:.3f}]"
