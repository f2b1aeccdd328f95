"""The command `melanoma`. It answers `--help` without importing the libraries that do the work."""

import errno
import gc
import json
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.terminal import complain, keep_noise_out, prepare_environment, say, show_progress
from melanoma.errors import MelanomaError

if TYPE_CHECKING:
    from melanoma.config.pipeline import PipelineConfig

app = typer.Typer(
    name="melanoma",
    help="From a folder of dermoscopy images to a skin-lesion classifier whose every number can be trusted. "
    "Research software, not a medical device.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
CONFIGS = Path(__file__).resolve().parent.parent / "configs"

Data = Annotated[Path, typer.Option("--data", help="Folder that holds the images.", show_default=False)]
Config = Annotated[
    str,
    typer.Option("--config", help="A YAML file, or a profile: default, demo, seed (leaks; for comparison), ham10000."),
]
Settings = Annotated[
    list[str] | None, typer.Option("--set", help="section.key=value, such as train.epochs=5; may be repeated.")
]
Home = Annotated[
    Path, typer.Option("--home", envvar="MELANOMA_HOME", help="Where artifacts and runs are kept.", show_default=True)
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show a traceback when something fails.")]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, the beginning of it, or latest.")]
Port = Annotated[int, typer.Option("--port", min=1, max=65535, help="Port on loopback for the Prefect UI.")]
DEFAULT_HOME = Path(".melanoma")


@app.command()
def run(
    data: Data,
    config: Config = "default",
    settings: Settings = None,
    home: Home = DEFAULT_HOME,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Run the pipeline on a folder of images.

    What has not changed since an earlier run is reused. Exit codes: 0 ok, 1 error, 2 usage, 3 the data was refused.
    """
    _run_pipeline(data, config, settings, home, as_json)


@app.command()
def demo(home: Home = DEFAULT_HOME, as_json: Json = False, debug: Debug = False) -> None:
    """Run the pipeline on a synthetic set.

    The set is drawn first, with planted defects that the audit has to find.
    """
    from flows.demo import draw_demo_data

    data = draw_demo_data(home.absolute(), quiet=as_json)
    _run_pipeline(data, "demo", [], home, as_json)


@app.command()
def plan(
    data: Data,
    config: Config = "default",
    settings: Settings = None,
    home: Home = DEFAULT_HOME,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Say what a run would do, and why.

    For each stage: HIT where its result would be reused, else MISS and what changed.
    """
    from dataclasses import asdict

    from melanoma.artifacts.store import ArtifactStore
    from melanoma.data.listing import list_source
    from melanoma.runs import last_keys
    from melanoma.stages.plan import plan_run

    home = home.absolute()
    stages = plan_run(ArtifactStore(home), _load(config, settings), list_source(data), last_keys(home))
    if as_json:
        say(json.dumps([asdict(stage) for stage in stages], indent=1))
        return
    for stage in stages:
        say(f"{'HIT ' if stage.hit else 'MISS'}  {stage.stage:<17} {(stage.key or '')[:8]:<9} {stage.reason}".rstrip())


@app.command()
def status(home: Home = DEFAULT_HOME, as_json: Json = False, debug: Debug = False) -> None:
    """List the runs and how each ended."""
    from flows.status import describe_runs

    runs = describe_runs(home.absolute())
    if as_json:
        say(json.dumps(runs, indent=1))
        return
    if not runs:
        say(f"no runs in {home.absolute()}; start one with: melanoma run --data DIR")
    for entry in runs:
        outcome = entry["report"] or entry["problem"] or ""
        say(f"{entry['run_id']}  {entry['status']:<11} {entry['data']}  {outcome}".rstrip())


@app.command()
def verify(run: RunName = "latest", home: Home = DEFAULT_HOME, as_json: Json = False, debug: Debug = False) -> None:
    """Prove again what a run claims of its split and its files.

    No image, near-duplicate, lesion or patient crosses splits, no augmented copy has a parent outside training, no
    image is lost, no file was changed. Exit codes: 0 all hold, 1 one does not, 2 no such run.
    """
    from flows.verify import verify_run

    proof = verify_run(home.absolute(), run)
    say(json.dumps(proof.to_json(), indent=1) if as_json else proof.to_text())
    if not proof.holds:
        raise typer.Exit(1)


@app.command()
def ui(home: Home = DEFAULT_HOME, port: Port = 4200, debug: Debug = False) -> None:
    """Start a Prefect server with its UI.

    It listens on loopback; runs of the same home report to it and show in its UI. Ctrl-C ends it.
    """
    from flows.server import keep_server

    keep_server(_prepare(home), port)


@app.command()
def serve(
    data: Data,
    config: Config = "default",
    settings: Settings = None,
    home: Home = DEFAULT_HOME,
    port: Port = 4200,
    debug: Debug = False,
) -> None:
    """Offer and schedule the pipeline here.

    Server, UI, the deployments `full` and `weekly-retrain`, and their runner, in one command. Ctrl-C ends it.
    """
    from melanoma.data.listing import find_files

    find_files(data)
    chosen = _load(config, settings)
    home = _prepare(home)
    from flows.server import any_server

    with any_server(home, port) as url:
        from flows.serving import serve_deployments

        say(f"Prefect UI: {url.removesuffix('/api')}  (Ctrl-C ends it)")
        serve_deployments(home, data.absolute(), chosen)


def main() -> None:
    """Run the command line; every expected failure is one line and an exit code."""
    debug = "--debug" in sys.argv
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except Exception as problem:
        if debug:
            traceback.print_exc()
        code, line = _explain(problem)
        complain(line)
        sys.exit(code)
    except KeyboardInterrupt:
        complain("stopped; the same command goes on from the last finished stage")
        sys.exit(130)


def _run_pipeline(data: Path, config: str, settings: list[str] | None, home: Path, as_json: bool) -> None:
    from melanoma.data.listing import find_files

    find_files(data)
    chosen = _load(config, settings)
    home = _prepare(home)
    keep_noise_out(home)
    from flows.server import start_temporary_server, use_running_server

    server = use_running_server(home)
    wait_for_server = None if server else start_temporary_server()
    gc.disable()  # imports make many objects and no garbage
    from flows.pipeline import pipeline
    from flows.summary import summarise
    from melanoma.stages.engine import read_sources

    gc.enable()
    if not as_json:
        show_progress()
        say(f"melanoma · {data} · {'server ' + server if server else 'temporary Prefect server'} · home {home}")
    if wait_for_server:
        read_sources()
        wait_for_server()
    record = pipeline(data.absolute(), chosen, home)
    say(json.dumps(record, indent=1) if as_json else summarise(home, record))


def _load(config: str, settings: list[str] | None) -> "PipelineConfig":
    from flows.environment import environment_settings
    from melanoma.config.loading import find_profile, load_config
    from melanoma.models.catalog import require_network

    chosen = load_config(find_profile(config, CONFIGS), environment_settings(), settings or ())
    require_network(chosen.train.network)
    return chosen


def _prepare(home: Path) -> Path:
    home = home.absolute()
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as problem:
        raise MelanomaError(f"{home}: cannot be made ({problem.strerror}); give another --home") from problem
    prepare_environment(home)
    return home


def _explain(problem: Exception) -> tuple[int, str]:
    """Return the exit code and the line for a failure."""
    if isinstance(problem, MelanomaError):
        return problem.exit_code, str(problem)
    if isinstance(problem, typer.Exit):
        return problem.exit_code, ""
    if hasattr(problem, "format_message"):
        return 2, f"{problem.format_message()} See `melanoma --help`."
    if isinstance(problem, OSError) and problem.errno == errno.ENOSPC:
        return (
            1,
            f"no space left on the disk of {os.environ.get('MELANOMA_HOME', DEFAULT_HOME)}; free some and run again",
        )
    reason = (str(problem).splitlines() or [""])[0]
    return 1, f"{type(problem).__name__}: {reason}; run again with --debug for the traceback"


if __name__ == "__main__":
    main()
