"""The command that looks at new images: `melanoma monitor`."""

from flows.request import Request, name_sources
from flows.start import FlowStart, prepare_home, start_flow
from flows.terminal import say


def monitor(request: Request) -> None:
    """Look whether the new images of a set are like those that the champion was made from; nothing is trained.

    Pictures, metadata, and what the champion makes of them are compared by two-sample tests, corrected for their
    number. A page shows a figure of each. Drift is told and decides nothing. Exit codes: 0 ok, drift or not, no
    champion or nothing new among them, 1 error, 2 usage.
    """
    from melanoma.stages.challenge import find_retraining

    config = request.settle()
    find_retraining(request.home.absolute())
    home = prepare_home(request.home)
    from flows.registry_summary import describe_monitoring

    flow = start_flow(
        FlowStart("flows.monitor", "monitor", f"monitor · {name_sources(request.data)}", request.as_json), home
    )
    record = flow([source.absolute() for source in request.data], config, home)
    say(describe_monitoring(home, record, request.as_json))
