"""The command `melanoma`. It answers `--help` without importing the libraries that do the work."""

import errno
import os
import sys
import traceback

import typer

from flows.automations_command import AutomationsRequest, automations
from flows.compare_request import CompareRequest, compare
from flows.home_commands import doctor, status, verify
from flows.model_commands import evaluate, export, predict
from flows.model_request import EvaluateRequest, ExportRequest, PredictRequest
from flows.monitor_command import monitor
from flows.registry_commands import PromoteRequest, promote, retrain
from flows.report_command import ReportRequest, report
from flows.request import (
    DEFAULT_HOME,
    BalanceRequest,
    DirectRequest,
    IngestRequest,
    Request,
    ServeRequest,
    TrainingRequest,
    TuneRequest,
    takes_request,
)
from flows.run_commands import balance, demo, ingest, plan, run, split, train, tune, validate
from flows.server import is_full
from flows.server_commands import serve, ui
from flows.study_request import StudyRequest, study
from flows.terminal import complain
from flows.tracking import TrackRequest, track
from melanoma.errors import MelanomaError

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

app.command("run")(takes_request(run, TrainingRequest))
app.command("ingest")(takes_request(ingest, IngestRequest))
app.command("validate")(takes_request(validate, DirectRequest))
app.command("split")(takes_request(split, Request))
app.command("balance")(takes_request(balance, BalanceRequest))
app.command("train")(takes_request(train, TrainingRequest))
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
app.command("demo")(demo)
app.command("status")(status)
app.command("verify")(verify)
app.command("doctor")(doctor)
app.command("ui")(ui)
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


def _explain(problem: Exception) -> tuple[int, str]:
    """Return the exit code and the line for a failure."""
    if isinstance(problem, MelanomaError):
        return problem.exit_code, str(problem)
    if isinstance(problem, typer.Exit):
        return problem.exit_code, ""
    if hasattr(problem, "format_message"):
        return 2, f"{problem.format_message()} See `melanoma --help`."
    home = os.environ.get("MELANOMA_HOME", str(DEFAULT_HOME))
    if (isinstance(problem, OSError) and problem.errno == errno.ENOSPC) or is_full(home):
        return 1, f"no space left on the disk of {home}; free some and run again"
    reason = (str(problem).splitlines() or [""])[0]
    return 1, f"{type(problem).__name__}: {reason}; run again with --debug for the traceback"


if __name__ == "__main__":
    main()
