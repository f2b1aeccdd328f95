"""What tasks leave in the UI is what a reader reads, and leads nowhere that a browser does not go."""

import base64
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tasks.publish
from tasks.publish import as_code, publish_maker, publish_page, publish_picture, publish_table


@dataclass
class Made:
    """As much of an artifact as is published."""

    stage: str = "train"
    folder: Path = Path()
    made_by: dict[str, str | None] = field(default_factory=dict)

    def path(self, name):
        return self.folder / name


@pytest.fixture
def sent(monkeypatch):
    """What would have reached the server."""
    calls = []
    for kind in ("table", "markdown", "link"):
        name = f"create_{kind}_artifact"
        monkeypatch.setattr(tasks.publish, name, lambda kind=kind, **values: calls.append({"kind": kind, **values}))
    return calls


def test_a_table_shows_figures_with_three_digits_and_counts_as_numbers(sent):
    row = {"random weights in": "head", "value": 0.05891667, "ci95": [-0.2966311, 0.41446446], "n": 15, "leak": False}
    publish_table("sanity", [{**row, "learning_rate": 0.0003, "reason": None}], "How much")
    assert sent == [
        {
            "kind": "table",
            "key": "sanity",
            "description": "How much",
            "table": [
                {
                    "random weights in": "head",
                    "value": "0.0589",
                    "95 % interval": "[-0.297, 0.414]",
                    "n": 15,
                    "leak": "no",
                    "learning rate": "0.0003",
                    "reason": "–",
                }
            ],
        }
    ]


def test_a_picture_is_within_its_text(sent, tmp_path):
    (tmp_path / "figure.png").write_bytes(b"a picture")
    publish_picture("curves", Made(folder=tmp_path), "Loss, step by step")
    address = base64.b64encode(b"a picture").decode()
    assert sent[0]["markdown"] == f"![Loss, step by step](data:image/png;base64,{address})"


def test_a_page_is_named_by_its_path_since_browsers_follow_no_link_from_a_server_to_a_file(sent):
    publish_page("audit", "# Audit", Path("/home/runs/1/audit.html"), "Where it is")
    assert sent[0]["markdown"] == "# Audit\n\nOn the machine that made it: `/home/runs/1/audit.html`"


def test_a_reused_result_leads_to_the_task_run_that_made_it(sent):
    publish_maker(Made(made_by={"run_id": "20261123-1", "task_run_id": "abc"}))
    assert (sent[0]["kind"], sent[0]["link"], sent[0]["link_text"]) == (
        "link",
        "/runs/task-run/abc",
        "train of run 20261123-1",
    )


def test_a_result_that_no_task_run_made_leads_nowhere(sent):
    publish_maker(Made(made_by={"run_id": "a test", "task_run_id": None}))
    assert sent == []


@given(st.text())
def test_a_text_from_outside_stays_one_piece_of_code(text):
    inner = as_code(text)[1:-1]
    assert "`" not in inner
    assert "\n" not in inner
