"""What a user asks of a study, and the command `melanoma study`."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.request import CONFIGS, DEFAULT_HOME, Data, Debug, Home, Json, Metadata, name_sources, require_sources
from flows.start import FlowStart, prepare_home, start_flow
from flows.terminal import say

if TYPE_CHECKING:
    from melanoma.config.study import Study


@dataclass(frozen=True)
class StudyRequest:
    """A request to carry out a study."""

    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A study, such as configs/studies/notebook.yaml.", show_default=False)
    ]
    data: Data
    metadata: Metadata = None
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="section.key=value, for every row and protocol; may be repeated."
        ),
    ] = None
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="ROW", help="Only this row; may be repeated. Others are not compared with."),
    ] = None
    home: Home = DEFAULT_HOME
    as_json: Json = False
    debug: Debug = False

    def load_study(self) -> "Study":
        """Return the study, with the configuration of each of its runs.

        Raises:
            ConfigError: If the file, a row or a setting is wrong.
            UsageError: If a row that is asked for is not in the file, or a network is unknown.
        """
        from flows.environment import environment_settings
        from melanoma.config.study import Overrides, load_study
        from melanoma.training.method import settle_method

        own: dict[str, Any] = {"data": {"metadata": [str(path.absolute()) for path in self.metadata or ()]}}
        overrides = Overrides(environment_settings(), self.settings or (), own if self.metadata else None)
        study = load_study(self.file, CONFIGS, overrides, self.only or ())
        for row in study.rows:
            for config in (row.clean, row.leaking):
                if config:
                    settle_method(config.train)
        return study


def study(request: StudyRequest) -> None:
    """Train several networks on the same data, each by the clean and the leaking protocol, and say what helped.

    Each row of the file is a network; its difference to the row before and to the baseline on the same test images is
    shown with its 95 % interval, paired by image. Nothing is chosen on test images. What an earlier run or study has
    made is reused. Exit codes: 0 ok, 1 error, 2 usage, 3 the data was refused.
    """
    plan = request.load_study()
    require_sources(request.data)
    from flows.study_summary import describe_study, study_json

    home = prepare_home(request.home)
    title = f"{request.file} · {name_sources(request.data)}"
    flow = start_flow(FlowStart("flows.study", "study_networks", title, request.as_json), home)
    found = study_json(home, flow([source.absolute() for source in request.data], plan, home))
    say(json.dumps(found, indent=1, ensure_ascii=False) if request.as_json else describe_study(found))
