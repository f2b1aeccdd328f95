"""What the terminal shows after `melanoma retrain` and `melanoma monitor`."""

import json
from pathlib import Path
from typing import Any

from melanoma.registry.ledger import read_ledger
from melanoma.runs import RunFolder
from melanoma.stages.files import MONITOR, MONITOR_PAGE, PROMOTION_PAGE


def describe_retraining(home: Path, record: dict[str, Any]) -> str:
    """Say what was found, what was decided and why.

    Args:
        home: Where runs are kept.
        record: The run's `run.json`.

    Returns:
        Some lines of text.
    """
    looked = record["retrain"]
    if looked["state"] == "unchanged":
        return f"nothing to do: {looked['said']}"
    entry = record["promotion"]
    lines = ["", f"source: {looked['said']}", f"{entry['action']}: run {entry['run_id']}; {entry['reason']}"]
    lines += [f"  {gate['gate']:<22}{gate['verdict']:<12}{_place(gate)}{gate['sentence']}" for gate in entry["gates"]]
    return "\n".join([*lines, "", f"page: {RunFolder(home, record['run_id']).path / PROMOTION_PAGE}"])


def refused_json(home: Path) -> dict[str, Any]:
    """Return the line that refused the last challenger, as JSON values, and where its page is.

    Args:
        home: Where the promotions are.
    """
    entry = read_ledger(home)[-1]
    page = RunFolder(home, entry.run_id).path / PROMOTION_PAGE
    return {**entry.model_dump(mode="json"), "page": str(page)}


def describe_monitoring(home: Path, record: dict[str, Any], as_json: bool) -> str:
    """Say whether new images are like the champion's.

    Args:
        home: Where runs are kept.
        record: The run's `run.json`.
        as_json: As JSON; else as some lines of text.

    Returns:
        A text; where there was nothing to look at, it says so.
    """
    folder = RunFolder(home, record["run_id"]).path
    seen = (folder / MONITOR).is_file()
    found = json.loads((folder / MONITOR).read_text(encoding="utf-8")) if seen else None
    page = str(folder / MONITOR_PAGE) if seen else None
    if as_json:
        return json.dumps({**record, "found": found, "page": page}, indent=1, ensure_ascii=False)
    said = str(record["monitor"]["said"])
    return "\n".join(["", f"source: {said}", *_describe_drift(found["drift"]), "", f"page: {page}"]) if found else said


def _describe_drift(drift: dict[str, Any]) -> list[str]:
    width = max([0, *(len(test["what"]) for test in drift["tests"])]) + 2
    return [*map(str, drift["notes"])] + [
        f"  {test['what']:<{width}}distance {test['distance']:.3f}, p corrected {test['p_holm']:.2g}"
        f"{', drifted' if test['drifted'] else ''}"
        for test in drift["tests"]
    ]


def _place(gate: dict[str, Any]) -> str:
    return f"on {gate['on']}: " if gate.get("on") else ""
