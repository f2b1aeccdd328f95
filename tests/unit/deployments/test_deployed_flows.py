"""The deployments of `deployments/prefect.yaml` and of `melanoma serve`: flows that load, schedules that parse."""

from pathlib import Path

import pytest
import yaml
from prefect.deployments.runner import RunnerDeployment
from prefect.flows import load_flow_from_entrypoint
from prefect.schedules import Cron

from melanoma.config.pipeline import PipelineConfig

ROOT = Path(__file__).resolve().parents[3]
DEPLOYED = {
    entry["name"]: entry for entry in yaml.safe_load((ROOT / "deployments/prefect.yaml").read_text())["deployments"]
}


@pytest.fixture
def served(monkeypatch, tmp_path):
    """What `melanoma serve` offers, by name; nothing is served."""
    from flows import serving

    offered = []
    monkeypatch.setattr(serving, "serve", lambda *deployments: offered.extend(deployments))
    monkeypatch.setattr(serving, "settle_automations", lambda: None)
    monkeypatch.setattr(RunnerDeployment, "apply", lambda deployment: None)
    serving.serve_deployments(tmp_path / "home", [tmp_path / "set"], PipelineConfig())
    return {deployment.name: deployment for deployment in offered}


@pytest.mark.parametrize("name", sorted(DEPLOYED))
def test_every_entrypoint_is_a_flow_that_takes_the_parameters_that_it_is_given(name):
    flow = load_flow_from_entrypoint(DEPLOYED[name]["entrypoint"], use_placeholder_flow=False)
    assert set(DEPLOYED[name]["parameters"]) <= set(flow.parameters.properties)


@pytest.mark.parametrize("name", ["weekly-retrain", "monitor"])
def test_what_is_scheduled_has_a_timezone_and_runs_one_at_a_time(name, served):
    (schedule,) = DEPLOYED[name]["schedules"]
    assert (schedule["timezone"], DEPLOYED[name]["concurrency_limit"]) == ("UTC", 1)
    (own,) = served[name].schedules
    planned = Cron(schedule["cron"], timezone="UTC")
    assert (own.schedule.cron, own.schedule.timezone) == (planned.cron, planned.timezone)
    assert served[name].concurrency_limit == 1


def test_all_that_is_served_runs_on_the_same_set_home_and_configuration(served, tmp_path):
    assert {"full", "weekly-retrain", "monitor"} <= set(served)
    assert not served["full"].schedules
    for name in ("full", "weekly-retrain", "monitor"):
        assert served[name].parameters["data"] == [str(tmp_path / "set")]
        assert served[name].parameters["home"] == str(tmp_path / "home")
        assert PipelineConfig.model_validate(served[name].parameters["config"]) == PipelineConfig()
