"""The command `melanoma`. It answers `--help` without importing the libraries that do the work."""

import errno
import json
import os
import sys
import traceback
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import typer

from flows.automations_command import AutomationsRequest, automations
from flows.compare_request import CompareRequest, compare
from flows.exposure import LOOPBACK, require_protection
from flows.model_commands import evaluate, export, predict
from flows.model_request import EvaluateRequest, ExportRequest, PredictRequest
from flows.monitor_command import monitor
from flows.registry_commands import PromoteRequest, promote, retrain
from flows.report_command import ReportRequest, report
from flows.request import (
    DEFAULT_HOME,
    BalanceRequest,
    Debug,
    DirectRequest,
    Home,
    Host,
    IngestRequest,
    Json,
    Port,
    Request,
    RunName,
    ServeRequest,
    TrainingRequest,
    TuneRequest,
    takes_request,
)
from flows.start import FlowStart, prepare_home, start_flow
from flows.study_request import StudyRequest, study
from flows.terminal import complain, prepare_environment, say
from flows.tracking import TrackRequest, track
from melanoma.artifacts.mirror import address_of
from melanoma.errors import MelanomaError, UsageError

if TYPE_CHECKING:
    from melanoma.config.pipeline import PipelineConfig
    from melanoma.data.isic_archive.download import DownloadReport

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


def run(request: TrainingRequest) -> None:
    """Run the pipeline on a folder of images.

    What has not changed since an earlier run is reused. Exit codes: 0 ok, 1 error, 2 usage, 3 the data was refused.
    """
    _run_pipeline(request)


def ingest(request: IngestRequest) -> None:
    """Read a set of images, and say how it is laid out and what is in it.

    With --isic they are first downloaded from the ISIC Archive into the home; the same command goes on after a cut. The
    images are decoded into the home, where a later run finds them. Exit codes: 0 ok, 1 error, 2 usage.
    """
    from flows.summary import describe_ingest

    downloaded = _download(request)
    if downloaded:
        request = replace(request, data=[*request.data, downloaded.folder])
    record = _run_flow(request, "flows.examine", "ingest_images")
    say(describe_ingest(request.home.absolute(), record, request.as_json))
    if downloaded and downloaded.exit_code:
        raise typer.Exit(downloaded.exit_code)


def validate(request: DirectRequest) -> None:
    """Find what is wrong with a set of images, and write a page with pictures.

    Exit codes: 0 ok, 1 error, 2 usage, 3 the data was refused.
    """
    from flows.summary import describe_audit

    record = _run_flow(request, "flows.examine", "validate_images")
    say(json.dumps(record, indent=1) if request.as_json else describe_audit(request.home.absolute(), record))


def balance(request: BalanceRequest) -> None:
    """Make the augmented copies of training images, and say how many images each class has before and after.

    With --preview it also writes a page that shows images of every class beside their copies: to FILE, else into the
    run's folder. Exit codes: 0 ok, 1 error, 2 usage, 3 the data was refused.
    """
    from flows.summary import describe_balance

    request.check()
    record = _run_flow(request, "flows.balancing", "balance_images", preview=request.preview)
    page = request.keep_page(record)
    say(describe_balance(request.home.absolute(), record, page, request.as_json))


def tune(request: TuneRequest) -> None:
    """Search for the best hyper-parameters, and write them as a configuration for `melanoma run`.

    What is searched is said by the section tune of the configuration. The value of a trial is its mean balanced
    accuracy over grouped folds of training and validation images; test images take no part. The same command goes on
    with what is there until there are N trials. Exit codes: 0 ok, 1 error, 2 usage, 3 the data was refused.
    """
    from flows.summary import describe_search

    record = _run_flow(request, "flows.tune", "tune_images")
    say(describe_search(request.home.absolute(), record, request.as_json))


def plan(request: TrainingRequest) -> None:
    """Say what a run would do, and why.

    For each stage: HIT where its result would be reused, else MISS and what changed.
    """
    from flows.planning import describe_plan

    say(describe_plan(request))


app.command("run")(takes_request(run, TrainingRequest))
app.command("ingest")(takes_request(ingest, IngestRequest))
app.command("validate")(takes_request(validate, DirectRequest))
app.command("balance")(takes_request(balance, BalanceRequest))
app.command("tune")(takes_request(tune, TuneRequest))
app.command("plan")(takes_request(plan, TrainingRequest))
app.command("predict")(takes_request(predict, PredictRequest))
app.command("evaluate")(takes_request(evaluate, EvaluateRequest))
app.command("export")(takes_request(export, ExportRequest))
app.command("compare")(takes_request(compare, CompareRequest))
app.command("study")(takes_request(study, StudyRequest))
app.command("retrain")(takes_request(retrain, Request))
app.command("monitor")(takes_request(monitor, Request))
app.command("promote")(takes_request(promote, PromoteRequest))
app.command("track")(takes_request(track, TrackRequest))
app.command("automations")(takes_request(automations, AutomationsRequest))
app.command("report")(takes_request(report, ReportRequest))


@app.command()
def demo(home: Home = DEFAULT_HOME, as_json: Json = False, debug: Debug = False) -> None:
    """Run the pipeline on a synthetic set.

    The set is drawn first, with planted defects that the audit has to find.
    """
    from flows.demo import draw_demo_data

    data = draw_demo_data(home.absolute(), quiet=as_json)
    _run_pipeline(Request([data], config="demo", home=home, as_json=as_json))


@app.command()
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


@app.command()
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


@app.command()
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


@app.command()
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

    Server, UI, the deployments `full`, `weekly-retrain` and `monitor`, and their runner, in one command. Ctrl-C ends
    it.
    """
    require_protection(request.host, os.environ)
    config = _check(request)
    home = prepare_home(request.home)
    from flows.server import ServerPlace, any_server

    with any_server(home, ServerPlace(request.host, request.port)) as url:
        from flows.serving import serve_deployments

        say(f"Prefect UI: {url.removesuffix('/api')}  (Ctrl-C ends it)")
        serve_deployments(home, [source.absolute() for source in request.data], config)


app.command("serve")(takes_request(serve, ServeRequest))


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


def _download(request: IngestRequest) -> "DownloadReport | None":
    """Download what was asked of the ISIC Archive, if anything."""
    if request.isic is None:
        if not request.data:
            raise UsageError("ingest: no data; give a folder or an archive of images, or --isic QUERY")
        return None
    from flows.archive import download_set
    from melanoma.data.isic_archive.request import DownloadRequest

    asked = DownloadRequest(request.isic, tuple(request.collections or ()), request.limit, request.archive_url)
    return download_set(asked, prepare_home(request.home), request.as_json)


def _run_pipeline(request: Request) -> None:
    from flows.summary import summarise

    record = _run_flow(request, "flows.pipeline", "pipeline")
    say(json.dumps(record, indent=1) if request.as_json else summarise(request.home.absolute(), record))


def _run_flow(request: Request, module: str, name: str, **options: bool) -> dict[str, Any]:
    """Run one of our flows on a request's data."""
    config = _check(request)
    home = prepare_home(request.home)
    title = " + ".join(str(source) for source in request.data)
    flow = start_flow(FlowStart(module, name, title, request.as_json), home)
    return flow([source.absolute() for source in request.data], config, home, **options)


def _check(request: Request) -> "PipelineConfig":
    """Find out what is wrong with a request before anything is started."""
    from melanoma.data.listing import find_files

    for source in request.data:
        find_files(source)
    return request.load_config()


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
