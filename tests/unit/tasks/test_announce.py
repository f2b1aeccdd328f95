"""Events say which run, which model and why."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from melanoma.registry.entry import Draft, write_down
from tasks import publish
from tasks.announce import announce_decision, list_failed

GATES = ({"gate": "balanced_accuracy", "verdict": "failed"}, {"gate": "latency", "verdict": "off"})


@pytest.fixture
def emitted(monkeypatch):
    events = []
    monkeypatch.setattr(publish, "emit_event", lambda event, resource, **rest: events.append((event, resource, rest)))
    return events


def _entry(action, gates=()):
    draft = Draft(
        action=action, run_id="r", model_sha256="a" * 64, test_rows_sha256="b" * 64, gates=gates, reason="because"
    )
    return write_down(draft, None, 3, datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("action", "event"),
    [
        ("promote", "melanoma.model.promoted"),
        ("rollback", "melanoma.model.promoted"),
        ("refuse", "melanoma.gate.refused"),
    ],
)
def test_each_decision_is_an_event_of_its_run_with_model_and_reason(emitted, action, event):
    announce_decision(_entry(action, GATES), Path("/p.html"))
    ((name, resource, rest),) = emitted
    assert (name, resource["prefect.resource.id"]) == (event, "melanoma.run.r")
    assert rest["related"] == [{"prefect.resource.id": f"melanoma.model.{'a' * 64}", "prefect.resource.role": "model"}]
    assert rest["payload"] == {
        "run_id": "r",
        "model_sha256": "a" * 64,
        "action": action,
        "reason": "because",
        "failed_gates": ["balanced_accuracy"],
        "line": 3,
        "page": "/p.html",
    }


def test_a_person_s_decision_has_no_page(emitted):
    announce_decision(_entry("promote"))
    assert emitted[0][2]["payload"]["page"] is None
    assert list_failed(_entry("promote")) == []
