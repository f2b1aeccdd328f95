"""The commands that decide which model is in place: `melanoma retrain` and `melanoma promote`."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from flows.request import DEFAULT_HOME, Debug, Home, Json, Request, name_sources, require_sources
from flows.start import FlowStart, prepare_home, start_flow
from flows.terminal import say
from flows.tracking import follow_by_hand
from melanoma.errors import GateRefused, UsageError


@dataclass(frozen=True)
class PromoteRequest:
    """A request to put a model in place by hand, or to take the last one back."""

    run: Annotated[
        str | None,
        typer.Argument(metavar="RUN", help="A run's id, the beginning of it, or latest.", show_default=False),
    ] = None
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Give the place back to the champion before this one.")
    ] = False
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; stands in promotions.jsonl.")] = (
        "by hand"
    )
    home: Home = DEFAULT_HOME
    as_json: Json = False
    debug: Debug = False

    def check(self) -> None:
        """Find out whether exactly one thing is asked for.

        Raises:
            UsageError: If it is not.
        """
        if self.rollback == (self.run is not None):
            raise UsageError("promote: give either a RUN or --rollback")
        if not self.reason.strip():
            raise UsageError("promote: --reason is empty; leave it out or say why")


def retrain(request: Request) -> None:
    """Train a challenger where the source has changed, and promote it if it is not worse than the champion.

    Nothing is done where data and configuration are those of the champion or of the last challenger. Both are judged
    on the champion's own test images, which stay test images, and on each set that gates.external names; each gate's
    interval must lie within its margin (section gates). Every decision is a line of promotions.jsonl in the home. Exit
    codes: 0 promoted or nothing to do, 1 error, 2 usage, 3 the data was refused, 4 the challenger was refused.
    """
    from melanoma.stages.challenge import find_retraining, require_clean
    from melanoma.stages.external_match import require_external

    config = request.load_config()
    require_clean(config.split)
    require_external(config.gates.external)
    require_sources(request.data)
    find_retraining(request.home.absolute())
    from flows.registry_summary import describe_retraining, refused_json

    home = prepare_home(request.home)
    flow = start_flow(
        FlowStart("flows.retrain", "retrain", f"retrain · {name_sources(request.data)}", request.as_json), home
    )
    try:
        record = flow([source.absolute() for source in request.data], config, home)
    except GateRefused:
        if request.as_json:
            say(json.dumps(refused_json(home), indent=1, ensure_ascii=False))
        raise
    say(json.dumps(record, indent=1, ensure_ascii=False) if request.as_json else describe_retraining(home, record))


def promote(request: PromoteRequest) -> None:
    """Make a run's model the champion by hand, or give the place back to the champion before it.

    The gates are not asked; where they have judged the run, the line says what they found. A run of which a file was
    changed or damaged is not promoted. predict and evaluate take the champion by --model champion. Exit codes: 0 ok,
    1 error, 2 usage.
    """
    request.check()
    from melanoma.stages.promote_by_hand import promote_run, roll_back

    home, now = request.home.absolute(), datetime.now(UTC)
    if request.run is None:
        entry = roll_back(home, request.reason, now)
    else:
        entry = promote_run(home, request.run, request.reason, now)
    follow_by_hand(home, entry)
    if request.as_json:
        say(json.dumps(entry.model_dump(mode="json"), indent=1, ensure_ascii=False))
        return
    say(f"champion: {entry.run_id} ({entry.action}, line {entry.sequence} of {_ledger(home)})")


def _ledger(home: Path) -> Path:
    from melanoma.registry.ledger import LEDGER

    return home / LEDGER
