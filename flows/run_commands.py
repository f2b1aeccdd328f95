"""The commands that carry stages out: `melanoma run`, `demo`, `plan`, and the stages by themselves."""

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import typer

from flows.request import (
    DEFAULT_HOME,
    BalanceRequest,
    Debug,
    DirectRequest,
    Home,
    IngestRequest,
    Json,
    Request,
    TrainingRequest,
    TuneRequest,
    name_sources,
)
from flows.start import FlowStart, prepare_home, start_flow
from flows.terminal import say
from melanoma.errors import UsageError

if TYPE_CHECKING:
    from melanoma.data.isic_archive.download import DownloadReport

_FIRST_STAGES = "flows.first_stages"


def run(request: TrainingRequest) -> None:
    """Run the pipeline on a folder of images.

    What has not changed since an earlier run is reused. Exit codes: 0 ok, 1 error, 2 usage, 3 the data was refused.
    """
    _run_pipeline(request)


def demo(home: Home = DEFAULT_HOME, as_json: Json = False, debug: Debug = False) -> None:
    """Run the pipeline on a synthetic set.

    The set is drawn first, with planted defects that the audit has to find.
    """
    from flows.demo import draw_demo_data

    data = draw_demo_data(home.absolute(), quiet=as_json)
    _run_pipeline(Request([data], config="demo", home=home, as_json=as_json))


def ingest(request: IngestRequest) -> None:
    """Read a set of images, and say how it is laid out and what is in it.

    With --isic they are first downloaded from the ISIC Archive into the home; the same command goes on after a cut. The
    images are decoded into the home, where a later run finds them. Exit codes: 0 ok, 1 error, 2 usage.
    """
    from flows.summary import describe_ingest

    downloaded = _download(request)
    if downloaded:
        request = replace(request, data=[*request.data, downloaded.folder])
    record = _run_flow(request, _FIRST_STAGES, "ingest_images")
    say(describe_ingest(request.home.absolute(), record, request.as_json))
    if downloaded and downloaded.exit_code:
        raise typer.Exit(downloaded.exit_code)


def validate(request: DirectRequest) -> None:
    """Find what is wrong with a set of images, and write a page with pictures.

    Exit codes: 0 ok, 1 error, 2 usage, 3 the data was refused.
    """
    from flows.summary import describe_audit

    record = _run_flow(request, _FIRST_STAGES, "validate_images")
    say(json.dumps(record, indent=1) if request.as_json else describe_audit(request.home.absolute(), record))


def split(request: Request) -> None:
    """Give each image its role and its fold, and prove that nothing that belongs together is in two of them.

    It says how many images and groups of related images each role, diagnosis and fold has, and what was left out and
    why. Exit codes: 0 ok, 1 error, 2 usage, 3 the data was refused.
    """
    record = _run_flow(request, _FIRST_STAGES, "split_images")
    from flows.split_summary import describe_split, split_json

    found = split_json(request.home.absolute(), record)
    say(json.dumps(found, indent=1, ensure_ascii=False) if request.as_json else describe_split(found))


def balance(request: BalanceRequest) -> None:
    """Make the augmented copies of training images, and say how many images each class has before and after.

    With --preview it also writes a page that shows images of every class beside their copies: to FILE, else into the
    run's folder. Exit codes: 0 ok, 1 error, 2 usage, 3 the data was refused.
    """
    from flows.summary import describe_balance

    request.check()
    record = _run_flow(request, _FIRST_STAGES, "balance_images", preview=request.preview)
    page = request.keep_page(record)
    say(describe_balance(request.home.absolute(), record, page, request.as_json))


def train(request: TrainingRequest) -> None:
    """Train a model, say how it did on validation images, and stop before test images are looked at.

    The model can be used by predict, evaluate and export; it has no operating point, which a run freezes. A run of the
    same settings reuses all that was made. Exit codes: 0 ok, 1 error, 2 usage, 3 the data was refused.
    """
    from flows.train_summary import describe_training, training_json

    found = training_json(request.home.absolute(), _run_flow(request, _FIRST_STAGES, "train_model"))
    say(json.dumps(found, indent=1, ensure_ascii=False) if request.as_json else describe_training(found))


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
    config = request.settle()
    home = prepare_home(request.home)
    flow = start_flow(FlowStart(module, name, name_sources(request.data), request.as_json), home)
    return flow([source.absolute() for source in request.data], config, home, **options)
