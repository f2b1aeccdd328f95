"""What a user asks of a trained model."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from flows.request import DEFAULT_HOME, Data, Debug, Home, Json, Metadata
from melanoma.errors import UsageError

if TYPE_CHECKING:
    from melanoma.config.pipeline import PipelineConfig

_OF_THE_MODEL = ("ingest.size_px", "ingest.fit")
Model = Annotated[
    str,
    typer.Option(
        "--model",
        metavar="RUN|FILE",
        help="A run's id, the beginning of it, latest, champion, a run's folder, or a model.keras file.",
        show_default=False,
    ),
]


@dataclass(frozen=True)
class PredictRequest:
    """A request to predict images."""

    images: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH...", help="Image files, folders, or archives (.zip, .hdf5) of images.", show_default=False
        ),
    ]
    model: Model
    out: Annotated[
        Path,
        typer.Option("--out", metavar="FILE", help="The table to write; its folder must exist.", show_default=False),
    ]
    form: Annotated[
        Literal["csv", "json", "isic"],
        typer.Option("--format", help="Of the table; isic: as the ISIC challenges take it."),
    ] = "csv"
    metadata: Annotated[
        list[Path] | None,
        typer.Option(
            "--metadata",
            metavar="CSV",
            help="CSV by isic_id with age, sex and site, for a model that takes them; may be repeated.",
        ),
    ] = None
    maps: Annotated[
        Path | None,
        typer.Option(
            "--maps",
            metavar="DIR",
            help="A new folder for a heat map (Grad-CAM) of each image's predicted diagnosis; takes seconds an image.",
        ),
    ] = None
    home: Home = DEFAULT_HOME
    as_json: Json = False
    debug: Debug = False


@dataclass(frozen=True)
class ExportRequest:
    """A request to write a model for other programs."""

    model: Annotated[
        str,
        typer.Argument(
            metavar="RUN|FILE",
            help="A run's id, the beginning of it, latest, champion, a run's folder, or a model.keras file.",
            show_default=False,
        ),
    ]
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="FILE",
            help="The .onnx or .tflite file to write; its folder must exist.",
            show_default=False,
        ),
    ]
    form: Annotated[
        Literal["litert", "onnx"] | None,
        typer.Option("--format", help="The form that the file has; by default what its name ends in."),
    ] = None
    home: Home = DEFAULT_HOME
    as_json: Json = False
    debug: Debug = False


@dataclass(frozen=True)
class EvaluateRequest:
    """A request to score a model on labelled images."""

    model: Model
    data: Data
    metadata: Metadata = None
    keep_known: Annotated[
        bool, typer.Option("--keep-known", help="Score also images that the model was trained or chosen on.")
    ] = False
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="section.key=value, such as evaluate.resamples=500; may be repeated."
        ),
    ] = None
    home: Home = DEFAULT_HOME
    as_json: Json = False
    debug: Debug = False

    def load_config(self) -> "PipelineConfig":
        """Return the configuration: defaults, then environment, then options.

        Raises:
            ConfigError: If a key or a value is not valid.
            UsageError: If it says how the model takes images, which the model itself says.
        """
        from flows.environment import environment_settings
        from melanoma.config.loading import load_config

        for setting in self.settings or ():
            if setting.partition("=")[0].strip() in _OF_THE_MODEL:
                raise UsageError(f"--set {setting}: the model says how it takes images; leave it out")
        own: dict[str, Any] = {"data": {"metadata": [str(path.absolute()) for path in self.metadata or ()]}}
        return load_config(None, environment_settings(), self.settings or (), own if self.metadata else {})
