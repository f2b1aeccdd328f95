"""The commands that look at a home and change nothing: `melanoma status`, `verify` and `doctor`."""

import json
import os

import typer

from flows.request import DEFAULT_HOME, Debug, Home, Json, RunName
from flows.terminal import prepare_environment, say
from melanoma.artifacts.mirror import address_of


def status(home: Home = DEFAULT_HOME, as_json: Json = False, debug: Debug = False) -> None:
    """List the runs and how each ended."""
    from flows.status import describe_runs

    runs = describe_runs(home.absolute())
    if as_json:
        say(json.dumps(runs, indent=1))
        return
    if not runs:
        say(f"no runs in {address_of(home) or home.absolute()}; start one with: melanoma run --data DIR")
    for entry in runs:
        outcome = entry["report"] or entry["problem"] or ""
        say(f"{entry['run_id']}  {entry['status']:<11} {entry['data']}  {outcome}".rstrip())


def verify(run: RunName = "latest", home: Home = DEFAULT_HOME, as_json: Json = False, debug: Debug = False) -> None:
    """Prove again what a run claims of its split, its figures and its files.

    No image, near-duplicate, lesion or patient crosses splits, no augmented copy has a parent outside training, no
    image is lost, every figure follows from the predictions, no file was changed. Exit codes: 0 all hold, 1 one does
    not, 2 no such run.
    """
    from flows.verify import verify_run

    proof = verify_run(home.absolute(), run)
    say(json.dumps(proof.to_json(), indent=1) if as_json else proof.to_text())
    if not proof.holds:
        raise typer.Exit(1)


def doctor(home: Home = DEFAULT_HOME, as_json: Json = False, debug: Debug = False) -> None:
    """Look for what is wrong with this installation and this home, and say how to mend it.

    Nothing is changed. Exit codes: 0 no problem, 1 at least one.
    """
    from flows.doctor import examine
    from flows.doctor_check import Place

    prepare_environment(home.absolute())
    found = examine(Place(home.absolute(), os.environ))
    say(json.dumps(found.to_json(), indent=1) if as_json else found.to_text())
    if not found.healthy:
        raise typer.Exit(1)
