"""The files of automations, against Prefect's own models of client and server."""

import copy
from pathlib import Path

import pytest
import yaml
from prefect.events.schemas.automations import AutomationCore
from prefect.server.events.actions import SendNotification
from prefect.server.events.schemas.automations import AutomationCreate

from flows.retrain import retrain
from tasks.announce import DATASET_CHANGED, GATE_REFUSED

FOLDER = Path(__file__).resolve().parents[3] / "deployments"
FILES = {path.stem: yaml.safe_load(path.read_text()) for path in (FOLDER / "automations").glob("*.yaml")}
SOME_ID = "6b33fda8-28bf-4895-b492-723c32c7194e"


def _resolved(name):
    values = copy.deepcopy(FILES[name])  # Prefect's models change what they read
    values.pop("notification", None)
    for action in values["actions"]:
        if action.pop("deployment", None):
            action |= {"source": "selected", "deployment_id": SOME_ID}
    return values


@pytest.mark.parametrize("name", FILES)
def test_client_and_server_take_every_file_and_no_key_is_lost(name):
    values = _resolved(name)
    read = AutomationCore.model_validate(values)
    AutomationCreate.model_validate(values)
    assert values.keys() <= AutomationCore.model_fields.keys()
    assert values["trigger"].keys() <= type(read.trigger).model_fields.keys()


def test_the_names_are_all_different_and_say_whose_they_are():
    names = [values["name"] for values in FILES.values()]
    assert len(set(names)) == len(names) == 3
    assert all(name.startswith("melanoma: ") for name in names)


def test_the_events_are_those_that_our_tasks_announce():
    assert FILES["retrain-when-data-changed"]["trigger"]["expect"] == [DATASET_CHANGED]
    assert FILES["notify-when-refused"]["trigger"]["expect"] == [GATE_REFUSED]


def test_what_a_retraining_announces_of_its_own_run_starts_no_other():
    trigger = AutomationCore.model_validate(_resolved("retrain-when-data-changed")).trigger
    assert trigger.match.matches({"prefect.resource.id": "melanoma.dataset.0123"})
    assert not trigger.match.matches({"prefect.resource.id": "melanoma.run.20260101-000000-aaaaaaaa"})


def test_the_deployment_that_is_run_is_one_of_ours():
    (action,) = FILES["retrain-when-data-changed"]["actions"]
    flow, _, deployment = action["deployment"].partition("/")
    offered = {entry["name"]: entry for entry in yaml.safe_load((FOLDER / "prefect.yaml").read_text())["deployments"]}
    assert offered[deployment]["entrypoint"].endswith(f".{flow}")
    assert retrain.name == flow


def test_the_text_of_a_notification_is_a_template_that_the_server_takes():
    texts = FILES["notify-when-refused"]["notification"]
    SendNotification(block_document_id=SOME_ID, **texts)
    with pytest.raises(ValueError, match="template"):
        SendNotification(block_document_id=SOME_ID, subject="{{ unclosed", body="")


def test_more_than_one_heartbeat_has_to_be_missed_whoever_sets_how_often_they_come():
    from prefect.settings.models.flows import FlowsSettings

    within = FILES["crash-zombie-runs"]["trigger"]["within"]
    pool = yaml.safe_load((FOLDER / "prefect.yaml").read_text())["definitions"]["work_pool"]
    ours = int(pool["job_variables"]["env"]["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"])
    assert within > 2 * ours
    assert within > FlowsSettings.model_fields["heartbeat_frequency"].default
