"""What a user asks of a set of images: the options that several commands share, each said once."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, cast, get_type_hints

import typer

from flows.exposure import LOOPBACK
from flows.kept_page import check_page, keep_page
from flows.schedules import Schedules, read_schedules
from melanoma.data.isic_archive.request import ARCHIVE_URL
from melanoma.errors import UsageError
from melanoma.runs import RunFolder
from melanoma.stages.files import BALANCE_PAGE
from tasks.home import choose_home

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from melanoma.config.pipeline import PipelineConfig

DEFAULT_HOME = Path(".melanoma")
CONFIGS = Path(__file__).resolve().parent.parent / "configs"

Home = Annotated[
    Path,
    typer.Option(
        "--home",
        metavar="DIR",
        envvar="MELANOMA_HOME",
        help="Where artifacts and runs are kept: a folder, or s3://bucket/prefix.",
        show_default=True,
        callback=choose_home,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show a traceback when something fails.")]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, the beginning of it, or latest.")]
Port = Annotated[int, typer.Option("--port", min=1, max=65535, help="Port for the Prefect UI.")]
Host = Annotated[
    str,
    typer.Option(
        "--host", metavar="ADDRESS", help="Where it listens; beyond loopback it needs an auth string, CSRF protection."
    ),
]
Metadata = Annotated[
    list[Path] | None,
    typer.Option(
        "--metadata", metavar="CSV", help="CSV by isic_id whose lesions, patients, ages fill gaps; may be repeated."
    ),
]
RequestType = TypeVar("RequestType", bound="DataclassInstance")
_DATA_HELP = "Folder or archive that holds the images; several are joined into one set."
_ARGUMENT = typer.Argument(metavar="DIR...", help=_DATA_HELP, show_default=False)
_Argument = Annotated[list[Path], _ARGUMENT]
Data = Annotated[list[Path], typer.Option("--data", metavar="DIR", help=_DATA_HELP, show_default=False)]


@dataclass(frozen=True)
class Request:
    """One request; each field is an option."""

    data: Data
    metadata: Metadata = None
    reference: Annotated[
        Path | None,
        typer.Option(
            "--reference-labels", metavar="CSV", help="Labels to compare with, such as the ISIC 2019 ground truth."
        ),
    ] = None
    config: Annotated[
        str,
        typer.Option(
            metavar="NAME|FILE",
            help="A YAML file, or a profile: default, demo, ham10000, scratch (nothing pretrained), "
            "seed (leaks; for comparison).",
        ),
    ] = "default"
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="section.key=value, such as train.epochs=5; may be repeated."),
    ] = None
    home: Home = DEFAULT_HOME
    as_json: Json = False
    debug: Debug = False

    def settle(self) -> "PipelineConfig":
        """Find out what is wrong with it before anything is started, and return the configuration.

        Raises:
            ConfigError: If a key or a value is not valid.
            UsageError: If the network is unknown, or a source is not there.
            SourceError: If a source cannot be read, or holds no image.
        """
        config = self.load_config()
        require_sources(self.data)
        return config

    def load_config(self) -> "PipelineConfig":
        """Return the configuration: file, then environment, then options.

        Raises:
            ConfigError: If a key or a value is not valid.
            UsageError: If the network is unknown.
        """
        from flows.environment import environment_settings
        from melanoma.config.loading import find_profile, load_config
        from melanoma.training.method import settle_method

        file = find_profile(self.config, CONFIGS)
        chosen = load_config(file, environment_settings(), self.settings or (), self._own())
        settle_method(chosen.train)
        return chosen

    def _own(self) -> dict[str, Any]:
        """Return the nested values of the configuration that have options of their own."""
        own: dict[str, Any] = {}
        if self.metadata:
            own["data"] = {"metadata": [str(path.absolute()) for path in self.metadata]}
        if self.reference:
            own["validation"] = {"reference_labels": str(self.reference.absolute())}
        return own


@dataclass(frozen=True)
class TrainingRequest(Request):
    """A request that ends in training."""

    deterministic: Annotated[
        bool | None,
        typer.Option(
            "--deterministic/--no-deterministic",
            help="Whether two runs must give bit-identical weights; by default as the configuration says, which is yes "
            "unless train.deterministic is false.",
            show_default=False,
        ),
    ] = None

    def _own(self) -> dict[str, Any]:
        chosen = {} if self.deterministic is None else {"train": {"deterministic": self.deterministic}}
        return super()._own() | chosen


@dataclass(frozen=True)
class DirectRequest(Request):
    """A request whose data are the command's arguments."""

    data: _Argument


@dataclass(frozen=True)
class IngestRequest(Request):
    """A request to read images, or to download them first."""

    data: Annotated[list[Path], _ARGUMENT] = field(default_factory=list)
    isic: Annotated[
        str | None,
        typer.Option("--isic", metavar="QUERY", help='Download from the ISIC Archive first; "" for every image.'),
    ] = None
    collections: Annotated[
        list[int] | None, typer.Option("--collection", metavar="ID", help="Only of this collection; may be repeated.")
    ] = None
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Download no more images than this.")] = None
    archive_url: Annotated[
        str, typer.Option("--archive-url", metavar="URL", help="Where the archive's API is, for a mirror of it.")
    ] = ARCHIVE_URL


@dataclass(frozen=True)
class BalanceRequest(Request):
    """A request to make copies, and to show some of them."""

    preview: Annotated[
        bool, typer.Option("--preview", help="Write a page with images of every class beside their copies.")
    ] = False
    page: Annotated[Path | None, typer.Argument(metavar="FILE", help="The page's own place, such as copies.html.")] = (
        None
    )

    def check(self) -> None:
        """Find out whether the page can be written where it is asked for.

        Raises:
            UsageError: If there is nothing to write, or the place is no HTML file in a folder that exists.
        """
        if self.page is None:
            return
        if not self.preview:
            raise UsageError(f"balance: {self.page} is not expected; give a set by --data, a page by --preview FILE")
        check_page("--preview", self.page)

    def keep_page(self, record: Mapping[str, Any]) -> Path | None:
        """Return where a run's page is, copied to its own place if it was asked for one.

        Args:
            record: The run's `run.json`.

        Raises:
            MelanomaError: If it cannot be written there.
        """
        if not self.preview:
            return None
        return keep_page(RunFolder(self.home.absolute(), record["run_id"]).path / BALANCE_PAGE, self.page)


@dataclass(frozen=True)
class TuneRequest(TrainingRequest):
    """A request to search for hyper-parameters."""

    trials: Annotated[
        int | None,
        typer.Option("--trials", metavar="N", min=1, help="Trials of the study, those of earlier commands included."),
    ] = None

    def load_config(self) -> "PipelineConfig":
        """Return the configuration, of which the search is checked too.

        Raises:
            ConfigError: If a key or a value is not valid, or nothing can be searched with it.
            UsageError: If the network is unknown, or Optuna is not installed.
        """
        from melanoma.tuning.space import settle_space
        from melanoma.tuning.study import require_optuna

        require_optuna()
        chosen = super().load_config()
        settle_space(chosen)
        return chosen

    def _own(self) -> dict[str, Any]:
        return super()._own() | ({} if self.trials is None else {"tune": {"trials": self.trials}})


@dataclass(frozen=True)
class ServeRequest(Request):
    """A request to offer the pipeline on a set of images."""

    host: Host = LOOPBACK
    port: Port = 4200
    schedules: Annotated[
        list[str] | None,
        typer.Option(
            "--schedule",
            metavar="NAME=CRON",
            help="When weekly-retrain or monitor runs, such as monitor='30 5 * * *'; may be repeated.",
        ),
    ] = None
    timezone: Annotated[
        str, typer.Option("--timezone", metavar="ZONE", help="Zone of all schedules, such as Europe/Berlin.")
    ] = "UTC"

    def read_schedules(self) -> Schedules:
        """Return when the deployments run.

        Raises:
            UsageError: If a text names no deployment, one is named twice, or there is no such zone.
        """
        return read_schedules(self.schedules or (), self.timezone)


def require_sources(data: Sequence[Path]) -> None:
    """Look whether sources are there and hold an image.

    Raises:
        UsageError: If one is not there.
        SourceError: If one cannot be read, or holds no image.
    """
    from melanoma.data.listing import find_files

    for source in data:
        find_files(source)


def name_sources(data: Sequence[Path]) -> str:
    """Return the sources in words."""
    return " + ".join(str(source) for source in data)


def takes_request(command: Callable[[RequestType], None], kind: type[RequestType]) -> Callable[..., None]:
    """Make a command of a function that takes a request: its options are the request's fields.

    Args:
        command: The function; its docstring is the command's help.
        kind: The record that it takes.

    Returns:
        A function with a signature that typer reads.
    """
    hints = get_type_hints(kind, include_extras=True)

    def run(**values: object) -> None:
        command(kind(**cast("dict[str, Any]", values)))

    parameters = [
        inspect.Parameter(
            entry.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=_default(entry),
            annotation=hints[entry.name],
        )
        for entry in fields(kind)
    ]
    run.__name__, run.__doc__, run.__annotations__ = command.__name__, command.__doc__, hints
    vars(run)["__signature__"] = inspect.Signature(parameters)
    return run


def _default(entry: Field[Any]) -> object:
    if entry.default is not MISSING:
        return entry.default
    return inspect.Parameter.empty if entry.default_factory is MISSING else entry.default_factory()
