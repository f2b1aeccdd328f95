"""Start a flow from the command line: a home, a Prefect server, and a terminal that only our own lines reach."""

import gc
import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.terminal import keep_noise_out, prepare_environment, say, show_progress
from melanoma.artifacts.mirror import address_of
from melanoma.errors import MelanomaError


@dataclass(frozen=True)
class FlowStart:
    """Which flow is started, and how.

    Attributes:
        module: Where it is.
        name: What it is called there.
        title: What it is started on, for people.
        quiet: Whether nothing but the result is printed.
    """

    module: str
    name: str
    title: str
    quiet: bool


def prepare_home(home: Path) -> Path:
    """Make a home, and set what libraries read when they are imported.

    Args:
        home: Where the project keeps its files.

    Returns:
        Its absolute path.

    Raises:
        MelanomaError: If it cannot be made.
    """
    home = home.absolute()
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as problem:
        raise MelanomaError(f"{home}: cannot be made ({problem.strerror}); give another --home") from problem
    prepare_environment(home)
    return home


def start_flow(start: FlowStart, home: Path) -> Callable[..., dict[str, Any]]:
    """Import a flow while its server starts, with the terminal kept clear of other libraries' noise.

    Args:
        start: Which.
        home: A home that `prepare_home` has made.

    Returns:
        The flow, which can be called now.
    """
    keep_noise_out(home)
    from flows.server import start_temporary_server, use_running_server
    from flows.server_watch import watch_server

    server = use_running_server(home)
    wait_for_server = None if server else start_temporary_server()
    flow = _import_flow(start.module, start.name)
    if not start.quiet:
        show_progress()
        shown = address_of(home) or home
        say(f"melanoma · {start.title} · {'server ' + server if server else 'temporary Prefect server'} · home {shown}")
    if wait_for_server:
        wait_for_server()
    watch_server(os.environ["PREFECT_API_URL"])
    return flow


def _import_flow(module: str, name: str) -> Callable[..., dict[str, Any]]:
    """Import a flow and read the stages' sources, while the server starts."""
    gc.disable()  # imports make many objects and no garbage
    flow: Callable[..., dict[str, Any]] = getattr(importlib.import_module(module), name)
    from melanoma.stages.engine import read_sources

    gc.freeze()  # what has been imported stays; looking it through again and again takes time
    gc.enable()
    read_sources()
    return flow
