"""The command `melanoma track`: tell MLflow of a run that it was not told of, or not wholly."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.request import DEFAULT_HOME, Debug, Home, Json
from flows.terminal import complain, prepare_environment, say
from melanoma.errors import MelanomaError

if TYPE_CHECKING:
    from melanoma.registry.entry import Entry


@dataclass(frozen=True)
class TrackRequest:
    """A request to log a run."""

    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's id, the beginning of it, or latest.")] = "latest"
    home: Home = DEFAULT_HOME
    as_json: Json = False
    debug: Debug = False


def track(request: TrackRequest) -> None:
    """Log a run to MLflow, and let the aliases champion and challenger follow the promotions.

    To the server that MLFLOW_TRACKING_URI names, else to a SQLite file in the home. What is there already is not logged
    twice. Exit codes: 0 ok, 1 error, 2 usage.
    """
    from melanoma.registry.ledger import read_ledger
    from melanoma.runs import find_run, note, read_run
    from melanoma.stages.recorded_config import tracking_config_of
    from melanoma.tracking.content import read_content
    from melanoma.tracking.log_run import log_run
    from melanoma.tracking.model_registry import follow_promotions
    from tasks.tracking_place import find_place

    home, now = request.home.absolute(), datetime.now(UTC)
    prepare_environment(home)
    folder = find_run(home, request.run)
    content = read_content(folder)
    place = find_place(tracking_config_of(read_run(folder)), home)
    logged = log_run(place, content, now)
    note(folder, mlflow=logged.to_json())
    registered = follow_promotions(place, home, read_ledger(home), now)
    if request.as_json:
        aliases = dict(registered.versions) if registered else {}
        say(json.dumps({**logged.to_json(), "aliases": aliases}, indent=1, ensure_ascii=False))
        return
    say(f"{content.run_id}: {logged.describe()}")
    if registered:
        say(registered.describe())


def follow_by_hand(home: Path, entry: "Entry") -> None:
    """Tell the server of a home and MLflow what a person has decided; the decision stands without them.

    Args:
        home: Where the promotions are.
        entry: The line that was written.
    """
    prepare_environment(home)
    try:
        _announce(home, entry)
        _follow(home, entry)
    except MelanomaError as problem:
        complain(f"promoted, and not told to others: {problem}; MLflow later: melanoma track {entry.run_id}")


def _announce(home: Path, entry: "Entry") -> None:
    from flows.server import is_healthy, use_running_server

    url = use_running_server(home)
    if url and is_healthy(url):
        from tasks.announce import announce_decision

        announce_decision(entry)


def _follow(home: Path, entry: "Entry") -> None:
    from melanoma.registry.ledger import read_ledger
    from melanoma.runs import find_run, read_run
    from melanoma.stages.recorded_config import tracking_config_of
    from melanoma.tracking.model_registry import follow_promotions
    from tasks.tracking_place import find_place, wants_tracking

    settings = tracking_config_of(read_run(find_run(home, entry.run_id)))
    if wants_tracking(settings):
        follow_promotions(find_place(settings, home), home, read_ledger(home), datetime.now(UTC))
