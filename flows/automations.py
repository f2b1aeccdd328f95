"""The automations of a Prefect server, made from the files in `deployments/automations/`, each once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from httpx import HTTPError
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.events.schemas.automations import Automation, AutomationCore
from prefect.exceptions import ObjectNotFound
from pydantic import ValidationError

from melanoma.config.loading import explain_problem, read_yaml
from melanoma.errors import ConfigError, MelanomaError, UsageError
from melanoma.fingerprint import digest_value

FOLDER = Path(__file__).resolve().parent.parent / "deployments" / "automations"
TAG, URL = "melanoma", "PREFECT_API_URL"
_SHOWN = 12  # digits of a digest
_SEND = "send-notification"


@dataclass(frozen=True)
class Settled:
    """An automation that is on the server now.

    Attributes:
        name: Its name.
        state: ``created``, ``updated`` because its file has changed, or ``kept`` as it is there.
    """

    name: str
    state: str


def settle_automations(notify: str | None = None, folder: Path = FOLDER) -> list[Settled]:
    """Make the automations that are missing on the server that Prefect is pointed at.

    One that is there stays as it is, with what a person has changed in the UI, until its file changes; whether it is
    switched on, and whom it notifies, stays even then.

    Args:
        notify: The notification block that tells of refusals, as ``TYPE/NAME``; None leaves it as it is.
        folder: Where the files are.

    Returns:
        What became of each.

    Raises:
        ConfigError: If a file is no automation.
        UsageError: If a deployment or the block is not on the server; then none is made.
        MelanomaError: If the server does not answer, or refuses.
    """
    try:
        with get_client(sync_client=True) as client:
            block = _find_block(client, notify) if notify else None
            wanted = [read_automation(client, path, block) for path in sorted(folder.glob("*.yaml"))]
            return [_settle(client, *entry) for entry in wanted]
    except HTTPError as problem:
        reason = str(problem).partition("\n")[0]
        raise MelanomaError(f"automations: the Prefect server does not take them ({reason}); see {URL}") from problem


def read_automation(client: SyncPrefectClient, path: Path, block: str | None) -> tuple[AutomationCore, bool]:
    """Read a file, with the names in it as the server's ids.

    Args:
        client: Who knows the ids.
        path: The file.
        block: The id of the block that notifies; None for none.

    Returns:
        The automation, and whether it notifies by that block.

    Raises:
        ConfigError: If it is no automation.
        UsageError: If a deployment is not on the server.
    """
    values = read_yaml(path)
    notification = values.pop("notification", None)
    values["actions"] = [_resolve(client, action) for action in values.get("actions", ())]
    values["tags"] = [TAG, f"file {digest_value([values, notification])[:_SHOWN]}"]
    if notification and block:
        values["actions"] = [{"type": _SEND, "block_document_id": block, **notification}]
    try:
        return AutomationCore.model_validate(values), bool(notification and block)
    except ValidationError as problem:
        raise ConfigError(f"{path}: {explain_problem(problem, AutomationCore)}; mend it") from problem


def _settle(client: SyncPrefectClient, wanted: AutomationCore, notifies: bool) -> Settled:
    present = next(iter(client.read_automations_by_name(wanted.name)), None)
    if present is None:
        client.create_automation(wanted)
        return Settled(wanted.name, "created")
    if present.tags == wanted.tags and not notifies:
        return Settled(wanted.name, "kept")
    client.update_automation(present.id, _keep_choices(wanted, present, notifies))
    return Settled(wanted.name, "updated")


def _keep_choices(wanted: AutomationCore, present: Automation, notifies: bool) -> AutomationCore:
    """Take over what a person has chosen."""
    sends = any(action.type == _SEND for action in present.actions)
    actions = present.actions if sends and not notifies else wanted.actions
    return wanted.model_copy(update={"enabled": present.enabled, "actions": actions})


def _resolve(client: SyncPrefectClient, action: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(action)
    name = values.pop("deployment", None)
    if name is None:
        return values
    try:
        found = client.read_deployment_by_name(name)
    except ObjectNotFound as problem:
        raise UsageError(
            f"deployment {name}: not on the server; make it first by melanoma serve, or by prefect deploy"
        ) from problem
    return {**values, "source": "selected", "deployment_id": str(found.id)}


def _find_block(client: SyncPrefectClient, name: str) -> str:
    kind, _, own = name.partition("/")
    try:
        return str(client.read_block_document_by_name(own, kind).id)
    except ObjectNotFound as problem:
        raise UsageError(
            f"--notify {name}: no such block on the server; make one in the UI under Blocks and name it as TYPE/NAME, "
            "such as slack-webhook/my-team"
        ) from problem
