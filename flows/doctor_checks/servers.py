"""The Prefect servers that we have started: those whose run is gone, and a note of one that no longer answers."""

from collections.abc import Iterator

from flows.doctor_check import Check, Finding, Place, ok, problem, warning
from flows.doctor_processes import Process, list_processes, read_process, read_variable
from flows.server import is_healthy, noted_url

_MODULE = "flows.prefect_server"


def _examine(place: Place) -> Iterator[Finding]:
    ours = [process for process in list_processes() if _is_server_of(process, place)]
    orphans = [process for process in ours if _is_orphan(process)]
    for process in orphans:
        yield warning(
            f"process {process.number} is a Prefect server whose run is gone", f"end it: kill -9 {process.number}"
        )
    yield from _examine_addresses(place)
    if not orphans:
        yield ok(f"{len(ours)} Prefect servers of this home run")


def _examine_addresses(place: Place) -> Iterator[Finding]:
    url = place.environment.get("PREFECT_API_URL")
    if url and not is_healthy(url):
        yield problem(f"PREFECT_API_URL={url} does not answer; no flow starts", "start that server, or unset it")
    noted = noted_url(place.home)
    if noted and not is_healthy(noted):
        yield warning(
            f"server.json names {noted}, which does not answer; runs bring a temporary server",
            "melanoma ui starts it anew",
        )


def _is_server_of(process: Process, place: Place) -> bool:
    return _MODULE in process.command and read_variable(process.number, "MELANOMA_HOME") == str(place.home)


def _is_orphan(process: Process) -> bool:
    """Tell whether the Python that started a server is gone; the system then gives it another parent."""
    parent = read_process(process.parent)
    return parent is None or not parent.command or "python" not in parent.command[0].rpartition("/")[2]


CHECK = Check("servers", 110, _examine)
