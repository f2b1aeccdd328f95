"""Events for automations of the Prefect server: data have changed or drift, a gate refused, a model was promoted.

The resource of each is the run that saw or decided it, ``melanoma.run.<run id>``; the model or the data it is about is
related to it. An event about the data themselves, ``melanoma.dataset.<digest>``, comes from who looks at them without
retraining, and starts a retraining (`deployments/automations/`): one that a retraining sends must not start another.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from melanoma.registry.changes import SourceChanges
from melanoma.registry.entry import REFUSE, Entry
from melanoma.registry.gate import FAILED
from tasks.publish import announce

DATASET_CHANGED = "melanoma.dataset.changed"
DRIFT_SHOWN = "melanoma.drift.shown"
GATE_REFUSED = "melanoma.gate.refused"
MODEL_PROMOTED = "melanoma.model.promoted"


def announce_new_images(run_id: str, data_digest: str, changes: SourceChanges) -> None:
    """Tell that a source holds images that the champion was not made from, as one who only looked: it asks for more.

    Args:
        run_id: The run that looked.
        data_digest: Of its source.
        changes: What is new, changed, moved and gone.
    """
    payload = _describe(run_id, data_digest, changes)
    announce(DATASET_CHANGED, f"melanoma.dataset.{data_digest}", payload, {f"melanoma.run.{run_id}": "run"})


def announce_change(run_id: str, data_digest: str, changes: SourceChanges) -> None:
    """Tell what a retraining found to have changed since the champion was made.

    Args:
        run_id: The run that retrains.
        data_digest: Of its source.
        changes: What is new, changed, moved and gone.
    """
    payload = _describe(run_id, data_digest, changes)
    announce(DATASET_CHANGED, f"melanoma.run.{run_id}", payload, {f"melanoma.dataset.{data_digest}": "dataset"})


def announce_drift(run_id: str, drifted: Sequence[str], page: Path) -> None:
    """Tell in what new images differ from those that the champion was made from.

    Args:
        run_id: The run that compared them.
        drifted: What differs.
        page: The page that shows how.
    """
    announce(DRIFT_SHOWN, f"melanoma.run.{run_id}", {"drifted": list(drifted), "page": str(page)})


def announce_decision(entry: Entry, page: Path | None = None) -> None:
    """Tell what was decided about a model, and why; a champion that was given its place back is promoted too.

    Args:
        entry: The line that was written down.
        page: The page that shows why; None where a person decided.
    """
    payload = {
        "run_id": entry.run_id,
        "model_sha256": entry.model_sha256,
        "action": entry.action,
        "reason": entry.reason,
        "failed_gates": list_failed(entry),
        "line": entry.sequence,
        "page": str(page) if page else None,
    }
    event = GATE_REFUSED if entry.action == REFUSE else MODEL_PROMOTED
    announce(event, f"melanoma.run.{entry.run_id}", payload, {f"melanoma.model.{entry.model_sha256}": "model"})


def _describe(run_id: str, data_digest: str, changes: SourceChanges) -> dict[str, Any]:
    return {"run_id": run_id, "data_digest": data_digest, "said": changes.describe(), "changes": changes.to_json()}


def list_failed(entry: Entry) -> list[str]:
    """Return the names of the gates that a model did not pass, with the set from elsewhere where that is where."""
    failed = [gate for gate in entry.gates if gate["verdict"] == FAILED]
    return [f"{gate['gate']} on {gate['on']}" if gate.get("on") else gate["gate"] for gate in failed]
