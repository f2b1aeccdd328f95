"""Whether and where runs are logged, as the environment and the configuration say."""

import os

import pytest

from melanoma.config.tracking import TrackingConfig
from melanoma.errors import UsageError
from melanoma.tracking import store
from tasks.tracking_place import URI, find_place, require_wanted, wants_tracking


@pytest.mark.parametrize(
    ("setting", "address", "wanted"),
    [
        (None, None, False),
        (None, "http://track:5000", True),
        (None, "", False),
        (True, None, True),
        (False, "http://track:5000", False),
    ],
)
def test_the_setting_decides_and_without_one_the_address(monkeypatch, setting, address, wanted):
    monkeypatch.delenv(URI, raising=False)
    if address is not None:
        monkeypatch.setenv(URI, address)
    assert wants_tracking(TrackingConfig(mlflow=setting)) is wanted


def test_the_address_of_the_environment_is_taken_and_else_the_home(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "environ", {URI: "http://track:5000"})
    settings = TrackingConfig(model="skin")
    place = find_place(settings, tmp_path)
    assert (place.uri, place.model) == ("http://track:5000", "skin")
    del os.environ[URI]
    assert find_place(settings, tmp_path).uri == f"sqlite:///{tmp_path}/mlflow/mlflow.db"


def test_mlflow_is_told_not_to_report_and_what_the_user_has_set_stays(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "environ", {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "5"})
    find_place(TrackingConfig(), tmp_path)
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"
    assert os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] == "5"


def test_only_who_asks_for_mlflow_by_the_setting_is_stopped_before_any_work(monkeypatch):
    monkeypatch.setattr(store, "find_spec", lambda name: None)
    monkeypatch.setenv(URI, "http://track:5000")
    require_wanted(TrackingConfig())
    require_wanted(TrackingConfig(mlflow=False))
    with pytest.raises(UsageError, match="MLflow is not installed"):
        require_wanted(TrackingConfig(mlflow=True))


@pytest.mark.parametrize("name", ["", "a/b", "a:b", "it's", "x" * 201])
def test_a_name_that_mlflow_refuses_is_no_setting(name):
    with pytest.raises(ValueError, match="model"):
        TrackingConfig(model=name)
