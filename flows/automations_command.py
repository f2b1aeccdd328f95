"""The command `melanoma automations`: what a Prefect server does by itself when something happens here."""

import json
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from flows.request import DEFAULT_HOME, Debug, Home, Json
from flows.start import prepare_home
from flows.terminal import say
from melanoma.errors import UsageError


@dataclass(frozen=True)
class AutomationsRequest:
    """A request to make the automations on a server."""

    notify: Annotated[
        str | None,
        typer.Option(
            "--notify",
            metavar="TYPE/NAME",
            help="Block that tells of refusals, such as slack-webhook/my-team; made in the UI under Blocks.",
            show_default=False,
        ),
    ] = None
    home: Home = DEFAULT_HOME
    as_json: Json = False
    debug: Debug = False


def automations(request: AutomationsRequest) -> None:
    """Make the automations of deployments/automations on the server, each once.

    Retrain when the data changed, notify when a gate refused, mark runs crashed whose process is gone. The server is
    that of the home, or of PREFECT_API_URL; `melanoma serve` does it by itself. Exit codes: 0 ok, 1 error, 2 usage.
    """
    home = prepare_home(request.home)
    from flows.server import use_running_server

    if use_running_server(home) is None:
        raise UsageError("automations: no Prefect server; start melanoma serve or melanoma ui, or set PREFECT_API_URL")
    from flows.automations import settle_automations

    settled = settle_automations(request.notify)
    if request.as_json:
        say(json.dumps([asdict(entry) for entry in settled], indent=1))
        return
    for entry in settled:
        say(f"{entry.state:<8} {entry.name}")
