"""The command `melanoma report`: where a run's report is, a copy of it, a PDF of it, or the browser opened on it."""

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flows.request import DEFAULT_HOME, Debug, Home, Json, RunName
from flows.terminal import say
from melanoma.errors import UsageError
from melanoma.runs import RunFolder, find_run, read_run
from melanoma.stages.files import REPORT
from melanoma.stages.run_files import require_unchanged


class Form(StrEnum):
    """What a report is given as; each value is also the ending of its file."""

    HTML = "html"
    PDF = "pdf"


@dataclass(frozen=True)
class ReportRequest:
    """A request for the report of a run."""

    run: RunName = "latest"
    form: Annotated[Form, typer.Option("--format", help="pdf is printed by Chromium, Chrome or Edge.")] = Form.HTML
    shown: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Where to write it.", show_default=False)
    ] = None
    home: Home = DEFAULT_HOME
    as_json: Json = False
    debug: Debug = False

    def check(self) -> None:
        """Find out whether the report can be written where it is asked for.

        Raises:
            UsageError: If the place is no file of that form in a folder that exists.
        """
        if self.out is None:
            return
        if self.out.suffix.lower() != f".{self.form.value}" or self.out.is_dir():
            raise UsageError(f"--out {self.out}: expected a name that ends with .{self.form.value}; see --format")
        if not self.out.absolute().parent.is_dir():
            raise UsageError(f"--out {self.out}: there is no folder {self.out.parent}; make it first")


def report(request: ReportRequest) -> None:
    """Say where the report of a run is; print it as a PDF, or open it in the browser.

    A PDF is printed by a headless Chromium, Chrome or Edge on the PATH, or by the browser that the environment variable
    MELANOMA_BROWSER names; it stands beside the report, or at --out. The report of a run of which a file was changed or
    damaged is not given out. Exit codes: 0 ok, 1 error, 2 usage.
    """
    request.check()
    folder = find_run(request.home.absolute(), request.run)
    place = _provide(_find_report(folder), request)
    if request.shown:
        from flows.browser import open_page

        open_page(place)
    answer = {"run_id": folder.run_id, "format": request.form.value, "path": str(place)}
    say(json.dumps(answer, indent=1, ensure_ascii=False) if request.as_json else str(place))


def _find_report(folder: RunFolder) -> Path:
    page = folder.path / REPORT
    if not page.is_file():
        status = read_run(folder)["status"]
        raise UsageError(f"run {folder.run_id}: is {status} and has no {REPORT}; `melanoma status` lists the runs")
    require_unchanged(folder)
    return page


def _provide(page: Path, request: ReportRequest) -> Path:
    """Return where the report is in the form that was asked for."""
    from flows.browser import place_file, print_page

    if request.form is Form.PDF:
        place = (request.out or page.with_suffix(".pdf")).absolute()
        print_page(page, place)
        return place
    if request.out is None:
        return page
    place_file(page, request.out.absolute())
    return request.out.absolute()
