"""What the terminal shows after `melanoma compare`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from melanoma.runs import RunFolder
from melanoma.stages.files import COMPARISON, COMPARISON_PAGE

STATEMENT = "Research software, not a medical device."


def comparison_json(home: Path, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a finished comparison as JSON values: its run, its page, and its `compare.json`.

    Args:
        home: Where runs are kept.
        record: The run's `run.json`.
    """
    folder = RunFolder(home, record["run_id"]).path
    document = json.loads((folder / COMPARISON).read_text(encoding="utf-8"))
    return {"run_id": record["run_id"], "page": str(folder / COMPARISON_PAGE), **document}


def describe_comparison(found: Mapping[str, Any]) -> str:
    """Show each figure of both runs and the difference with its interval, and say which is better.

    Args:
        found: What `comparison_json` returns.

    Returns:
        Some lines of text.
    """
    lines = [""]
    for letter, side in (("A", found["first"]), ("B", found["second"])):
        lines.append(f"{letter}  {side['run_id']}  {side['network']}, {side['split']} images of {side['data']}")
    images = found["images"]
    lines.append(f"on {images['common']:,} common images of {images['groups']:,} lesions or groups of like images")
    lines += ["", f"{'figure':<45}{'A':>7}{'B':>7}  {'A - B':>7}  {'95 % interval':<18}{'p':>7}{'Holm':>7}"]
    lines += [_line(figure) for figure in found["figures"]]
    lines += [f"no {name}: {reason}" for name, reason in found["not_evaluated"].items()]
    return "\n".join([*lines, "", *found["verdict"], *found["limits"], "", f"page: {found['page']}", STATEMENT])


def _line(figure: Mapping[str, Any]) -> str:
    low, high = figure["difference"]["ci95"]
    values = (
        f"{figure['first']['value']:>7.3f}{figure['second']['value']:>7.3f}  {figure['difference']['value']:>+7.3f}"
    )
    chances = _chance(figure["p"]) + _chance(figure["p_holm"])
    return f"{figure['label']:<45}{values}  {f'{low:+.3f} to {high:+.3f}':<18}{chances}"


def _chance(p: float) -> str:
    return f"{'<0.001' if p < 0.001 else f'{p:.3f}':>7}"
