"""The commands that keep a server up: `melanoma ui` and `serve`."""

import os

from flows.exposure import LOOPBACK, require_protection
from flows.request import DEFAULT_HOME, Debug, Home, Host, Port, ServeRequest
from flows.start import prepare_home
from flows.terminal import say


def ui(home: Home = DEFAULT_HOME, host: Host = LOOPBACK, port: Port = 4200, debug: Debug = False) -> None:
    """Start a Prefect server with its UI.

    It listens on loopback, unless --host says otherwise. Runs of the same home report to it and show in its UI.
    Ctrl-C ends it.
    """
    require_protection(host, os.environ)
    from flows.server import ServerPlace, keep_server

    keep_server(prepare_home(home), ServerPlace(host, port))


def serve(request: ServeRequest) -> None:
    """Offer and schedule the pipeline here.

    Server, UI, the deployments `full`, `weekly-retrain` and `monitor`, and their runner, in one command. The last two
    have schedules, Mondays at 03:00 and daily at 06:00, which --schedule replaces. Ctrl-C ends it. Exit codes: 1 error,
    2 usage.
    """
    require_protection(request.host, os.environ)
    config, schedules = request.settle(), request.read_schedules()
    home = prepare_home(request.home)
    from flows.server import ServerPlace, any_server

    with any_server(home, ServerPlace(request.host, request.port)) as url:
        from flows.serving import make_deployments, serve_deployments

        offered = make_deployments(home, [source.absolute() for source in request.data], config, schedules)
        say(f"Prefect UI: {url.removesuffix('/api')}  (Ctrl-C ends it)")
        serve_deployments(offered)
