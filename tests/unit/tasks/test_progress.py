"""The bar appears with the first share that is told, says the last line, and is full only if the task was."""

import logging
from uuid import UUID

import pytest

import tasks.progress
from tasks.progress import ProgressBar

BAR = UUID(int=5)


@pytest.fixture
def sent(monkeypatch):
    """What would have reached the server, in order."""
    calls = []

    def create(**values):
        calls.append(values)
        return BAR

    monkeypatch.setattr(tasks.progress, "create_progress_artifact", create)
    monkeypatch.setattr(tasks.progress, "update_progress_artifact", lambda bar, **values: calls.append((bar, values)))
    monkeypatch.setattr(tasks.progress, "get_run_logger", lambda: logging.getLogger("test"))
    return calls


def test_an_epoch_and_its_metric_are_told_with_the_share_that_is_done(sent):
    with ProgressBar("train-progress") as bar:
        bar.tell("cnn in float32")
        bar.tell("epoch 1/4 · accuracy 0.250", 1 / 4)
        bar.tell("epoch 2/4 · accuracy 0.500", 2 / 4)
    assert sent == [
        {"progress": 25.0, "key": "train-progress", "description": "epoch 1/4 · accuracy 0.250"},
        (BAR, {"progress": 50.0, "description": "epoch 2/4 · accuracy 0.500"}),
        (BAR, {"progress": 100}),
    ]


def test_no_bar_appears_where_no_share_is_known(sent):
    with ProgressBar("split-progress") as bar:
        bar.tell("dividing")
    assert sent == []


def test_the_bar_of_a_failure_stays_where_it_was(sent):
    def fail():
        with ProgressBar("train-progress") as bar:
            bar.tell("epoch 1/4", 1 / 4)
            raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        fail()
    assert [entry["progress"] for entry in sent] == [25.0]
