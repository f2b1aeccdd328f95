"""What a user asks of two runs, and the command `melanoma compare`."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from flows.kept_page import check_page, keep_page
from flows.request import DEFAULT_HOME, Debug, Home, Json
from flows.start import FlowStart, prepare_home, start_flow
from flows.terminal import say


@dataclass(frozen=True)
class CompareRequest:
    """A request to compare two runs."""

    first: Annotated[
        str,
        typer.Argument(metavar="A", help="A run's id, the beginning of it, latest, or its folder.", show_default=False),
    ]
    second: Annotated[str, typer.Argument(metavar="B", help="The run to compare it with.", show_default=False)]
    page: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="The page's own place too, such as compare.html.")
    ] = None
    home: Home = DEFAULT_HOME
    as_json: Json = False
    debug: Debug = False


def compare(request: CompareRequest) -> None:
    """Say which of two runs is better, image by image on the images that both were evaluated on.

    A and B are runs of the pipeline, or evaluations by `melanoma evaluate`. AUROC by DeLong's test, accuracy by
    McNemar's, other figures by the paired bootstrap, all over lesions where several images share one; each model at the
    threshold that its own run has frozen. A page is left in the comparison's run folder. Exit codes: 0 ok, 1 error, 2
    usage.
    """
    from melanoma.stages.compared_runs import find_compared

    check_page("--out", request.page)
    find_compared(request.first, request.second, request.home.absolute())
    from flows.compare_summary import comparison_json, describe_comparison

    home = prepare_home(request.home)
    title = f"{request.first} · {request.second}"
    flow = start_flow(FlowStart("flows.compare", "compare_runs", title, request.as_json), home)
    found = comparison_json(home, flow(request.first, request.second, home))
    found["page"] = str(keep_page(Path(found["page"]), request.page))
    say(json.dumps(found, indent=1, ensure_ascii=False) if request.as_json else describe_comparison(found))
