"""Flow runs that the server holds to be running though their process on this machine is gone."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flows.doctor_check import Check, Finding, Place, ok, problem, warning
from flows.exposure import CLIENT_AUTH
from flows.server import is_healthy, noted_url
from flows.status import describe_run
from melanoma.errors import UsageError
from melanoma.runs import RUNNING, RunFolder, list_runs

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun

_TOKEN = 8  # of a flow run's id, at the end of our run's
_MEND = "open it in the UI and choose Change state, Crashed; then run its command or its deployment again"


def _examine(place: Place) -> Iterator[Finding]:
    url = place.environment.get("PREFECT_API_URL") or noted_url(place.home)
    if not url or not is_healthy(url):
        yield ok("no Prefect server answers, so none can hold a run to be alive")
        return
    import httpx

    try:
        flow_runs = _read_running(url, place.environment.get(CLIENT_AUTH))
    except httpx.HTTPError as failure:
        reason = str(failure).partition("\n")[0]
        yield problem(f"{url} does not tell its runs ({reason})", f"set {CLIENT_AUTH} to what the server has")
        return
    dead = [entry for entry in flow_runs if is_dead(place, str(entry.id))]
    for entry in dead:
        yield warning(f"the server holds {entry.name} ({entry.id}) to be running; its process is gone", _MEND)
    yield ok(f"{len(flow_runs) - len(dead)} runs alive in the server, or of other homes")


def is_dead(place: Place, flow_run: str) -> bool:
    """Tell whether a flow run has a run folder here that no longer runs.

    Args:
        place: The home.
        flow_run: The id that the server gave it.
    """
    names = [run_id for run_id in list_runs(place.home) if run_id.endswith(f"-{flow_run[:_TOKEN]}")]
    try:
        return any(describe_run(RunFolder(place.home, name))["status"] != RUNNING for name in names)
    except UsageError:
        return False


def _read_running(url: str, auth_string: str | None) -> "list[FlowRun]":
    """Ask by Prefect's own client, which knows auth strings and CSRF tokens."""
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
    from prefect.client.schemas.objects import StateType

    running = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.RUNNING])))
    with SyncPrefectClient(url, auth_string=auth_string) as client:
        return client.read_flow_runs(flow_run_filter=running)


CHECK = Check("server's runs", 120, _examine)
