"""What a run that a worker or `melanoma serve` starts needs beside its flow; a command has seen to it by itself."""

from typing import TYPE_CHECKING, Any

from prefect.settings import get_current_settings

from flows.server_watch import watch_server

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun, State
    from prefect.flows import Flow


def watch_deployed(flow: "Flow[..., Any]", flow_run: "FlowRun", state: "State[Any]") -> None:
    """Watch the server of a deployment's run from a thread; Prefect calls this in its process when it begins.

    The run of a command, and one within another run, belong to no deployment: who began them watches already.

    Args:
        flow: What it is a run of.
        flow_run: The run.
        state: That it runs.
    """
    url = get_current_settings().api.url
    if flow_run.deployment_id and url:
        watch_server(url)
