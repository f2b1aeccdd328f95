"""The deployments of `deployments/prefect.yaml` and of `melanoma serve`: flows that load, schedules that parse."""

import re
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
import yaml
from prefect.flows import load_flow_from_entrypoint
from prefect.schedules import Cron
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows import deployed_run
from flows.deployed_run import watch_deployed
from flows.schedules import read_schedules
from flows.serving import make_deployments
from melanoma.config.loading import load_config
from melanoma.config.pipeline import PipelineConfig
from melanoma.errors import UsageError

ROOT = Path(__file__).resolve().parents[3]
DEPLOYED = {
    entry["name"]: entry for entry in yaml.safe_load((ROOT / "deployments/prefect.yaml").read_text())["deployments"]
}


@pytest.fixture
def served(tmp_path):
    """What `melanoma serve` offers, by name."""
    return _serve(tmp_path, read_schedules([], "UTC"))


def _serve(tmp_path, schedules):
    offered = make_deployments(tmp_path / "home", [tmp_path / "set"], PipelineConfig(), schedules)
    return {deployment.name: deployment for deployment in offered}


@pytest.mark.parametrize("name", sorted(DEPLOYED))
def test_every_entrypoint_is_a_flow_that_takes_the_parameters_that_it_is_given(name):
    flow = load_flow_from_entrypoint(DEPLOYED[name]["entrypoint"], use_placeholder_flow=False)
    assert set(DEPLOYED[name]["parameters"]) <= set(flow.parameters.properties)


@pytest.mark.parametrize("name", ["full", "weekly-retrain"])
def test_what_is_deployed_trains_as_the_profile_default_does(name):
    given = PipelineConfig.model_validate(DEPLOYED[name]["parameters"].get("config", {}))
    assert given == load_config(ROOT / "configs" / "default.yaml")


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


def test_what_is_served_runs_when_the_user_says_and_the_rest_at_its_own_time_in_the_same_zone(tmp_path):
    served = _serve(tmp_path, read_schedules(["monitor = 30 5 * * mon-fri"], "Europe/Berlin"))
    planned = {name: [entry.schedule for entry in deployment.schedules] for name, deployment in served.items()}
    assert {name: [(one.cron, one.timezone) for one in found] for name, found in planned.items()} == {
        "full": [],
        "weekly-retrain": [("0 3 * * 1", "Europe/Berlin")],
        "monitor": [("30 5 * * mon-fri", "Europe/Berlin")],
    }


@pytest.mark.parametrize("cron", ["61 3 * * 1", "0 3 * *", "monday", "", "H 3 * * 1"])
def test_a_schedule_that_is_none_is_one_line_that_names_it(tmp_path, cron):
    with pytest.raises(UsageError, match=r"; give minute, hour, day of the month, month and day of the week") as told:
        _serve(tmp_path, read_schedules([f"monitor={cron}"], "UTC"))
    assert str(told.value).startswith(f"--schedule monitor={cron}: ")
    assert len(str(told.value).splitlines()) == 1


@pytest.mark.parametrize("cron", ["0 0 30 2 *", "0 0 31 4,6 *"])
def test_a_date_that_never_comes_is_one_line_that_names_the_schedule(tmp_path, cron):
    with pytest.raises(UsageError) as told:
        _serve(tmp_path, read_schedules([f"monitor={cron}"], "Europe/Berlin"))
    assert told.value.exit_code == 2
    assert str(told.value).startswith(f"--schedule monitor={cron}: such a date never comes; give minute, hour, day")
    assert len(str(told.value).splitlines()) == 1


def test_a_date_that_comes_in_leap_years_alone_is_a_schedule(tmp_path):
    (planned,) = _serve(tmp_path, read_schedules(["monitor=0 0 29 2 *"], "UTC"))["monitor"].schedules
    assert planned.schedule.cron == "0 0 29 2 *"


@pytest.mark.parametrize("name", ["deployments/prefect.yaml", "deployments/kubernetes/base-job-template.json"])
def test_a_deployment_s_run_waits_for_its_server_as_long_as_a_command_s(name):
    from flows.terminal import _ENVIRONMENT

    wanted = _ENVIRONMENT["PREFECT_CLIENT_MAX_RETRIES"]
    assert re.search(rf'"?PREFECT_CLIENT_MAX_RETRIES"?: "{wanted}"', (ROOT / name).read_text())


@pytest.mark.parametrize("name", sorted(DEPLOYED))
def test_every_deployed_flow_watches_its_server(name):
    flow = load_flow_from_entrypoint(DEPLOYED[name]["entrypoint"], use_placeholder_flow=False)
    assert flow.on_running_hooks == [watch_deployed]


@pytest.mark.parametrize(("deployment", "watched"), [(uuid4(), ["http://127.0.0.1:9/api"]), (None, [])])
def test_only_the_run_of_a_deployment_is_watched_for_a_command_watches_by_itself(monkeypatch, deployment, watched):
    found = []
    monkeypatch.setattr(deployed_run, "watch_server", found.append)
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        watch_deployed(None, SimpleNamespace(deployment_id=deployment), None)
    assert found == watched
