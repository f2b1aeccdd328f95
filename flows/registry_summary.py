"""What the terminal shows after `melanoma retrain`."""

from pathlib import Path
from typing import Any

from melanoma.registry.ledger import read_ledger
from melanoma.runs import RunFolder
from melanoma.stages.files import PROMOTION_PAGE


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


def _place(gate: dict[str, Any]) -> str:
    return f"on {gate['on']}: " if gate.get("on") else ""


def refused_json(home: Path) -> dict[str, Any]:
    """Return the line that refused the last challenger, as JSON values, and where its page is.

    Args:
        home: Where the promotions are.
    """
    entry = read_ledger(home)[-1]
    page = RunFolder(home, entry.run_id).path / PROMOTION_PAGE
    return {**entry.model_dump(mode="json"), "page": str(page)}
