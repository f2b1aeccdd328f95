"""The track task: a run names where MLflow has it, or says why it has not and what to do, and ends well either way."""

import logging
from types import SimpleNamespace

import pytest

from melanoma.config.tracking import TrackingConfig
from melanoma.errors import TrackingError
from melanoma.runs import RunFolder, read_run
from melanoma.tracking.log_run import LoggedRun
from tasks import track as module
from tests.tracked_home import make_run

RUN = "20260101-000000-aaaaaaaa"
PAGE = "https://track.example/#/experiments/1/runs/r"


@pytest.fixture
def run(tmp_path):
    make_run(tmp_path, RUN)
    config = SimpleNamespace(tracking=TrackingConfig(mlflow=True))
    return SimpleNamespace(folder=RunFolder(tmp_path, RUN), config=config)


@pytest.fixture
def shown(monkeypatch):
    """What is told and published, without a Prefect run around it."""
    told = []
    monkeypatch.setattr(module, "tell", told.append)
    monkeypatch.setattr(module, "publish_text", lambda *texts: told.append(texts))
    monkeypatch.setattr(module, "get_run_logger", lambda: logging.getLogger("test"))
    return told


def _answer(monkeypatch, name, outcome):
    def act(*_):
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(module, name, act)


def test_a_logged_run_names_its_page_in_its_record_and_in_the_ui(run, shown, monkeypatch):
    _answer(monkeypatch, "log_run", LoggedRun("skin", "r", "https://track.example", PAGE, reused=False))
    assert module.track.fn(run) is None
    assert read_run(run.folder)["mlflow"]["url"] == PAGE
    line, (key, text, _) = shown
    assert line == f"MLflow: logged as run r of experiment skin: {PAGE}"
    assert (key, text) == ("mlflow", f"# MLflow\n\nExperiment skin, run [r]({PAGE})")


def test_a_run_in_a_file_names_the_file(run, shown, monkeypatch):
    _answer(monkeypatch, "log_run", LoggedRun("skin", "r", "sqlite:///x.db", None, reused=True))
    module.track.fn(run)
    assert shown[0] == "MLflow: logged before as run r of experiment skin: sqlite:///x.db"
    assert shown[1][1].endswith("run r in sqlite:///x.db")


def test_a_tracker_that_is_away_is_one_warning_and_the_run_goes_on(run, shown, monkeypatch, caplog):
    _answer(monkeypatch, "log_run", TrackingError("MLflow http://x does not answer"))
    state = module.track.fn(run)
    said = f"not logged: MLflow http://x does not answer; the run is whole; log it later: melanoma track {RUN}"
    assert (state.name, state.message, state.is_completed()) == ("NotLogged", said, True)
    assert [(record.levelname, record.message) for record in caplog.records] == [("WARNING", said)]
    assert read_run(run.folder)["mlflow"] == {"problem": said}
    assert shown == []


def test_aliases_that_cannot_follow_are_one_warning(run, shown, monkeypatch, caplog):
    _answer(monkeypatch, "follow_promotions", TrackingError("MLflow http://x does not answer"))
    module.follow(run)
    assert caplog.messages == [
        f"the aliases are as they were: MLflow http://x does not answer; later: melanoma track {RUN}"
    ]
    assert shown == []


def test_without_mlflow_nothing_is_done(run, shown, monkeypatch):
    run.config = SimpleNamespace(tracking=TrackingConfig(mlflow=False))
    before = read_run(run.folder)
    for name in ("log_run", "follow_promotions"):
        _answer(monkeypatch, name, AssertionError(name))
    assert module.track.fn(run).name == "Skipped"
    module.follow(run)
    assert (shown, read_run(run.folder)) == ([], before)
