"""Where runs are logged to: an MLflow server, or a SQLite file in the home."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOM = "mlflow"
_PRIVATE = 0o700


@dataclass(frozen=True)
class TrackingPlace:
    """A tracking store and model registry.

    Attributes:
        uri: Its address, as MLflow takes it.
        artifacts: Where the files of a new experiment go; None where a server decides.
        model: The registered model whose aliases follow the promotions.
    """

    uri: str
    artifacts: Path | None
    model: str

    @property
    def title(self) -> str:
        """The address without what is secret in it."""
        parts = urlsplit(self.uri)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl() if parts.netloc else self.uri

    def page_of(self, experiment_id: str, run_id: str) -> str | None:
        """Return where a server shows a run; None for a file, which has no pages."""
        if not self.uri.startswith(("http:", "https:")):
            return None
        return f"{self.title.rstrip('/')}/#/experiments/{experiment_id}/runs/{run_id}"


def choose_place(uri: str | None, home: Path, model: str) -> TrackingPlace:
    """Return where runs are logged to.

    Args:
        uri: What the user names; None for a file in the home.
        home: Where the project keeps its files.
        model: The name of the registered model.

    Returns:
        The place.
    """
    room = home / ROOM
    is_server = uri is not None and uri.startswith(("http:", "https:"))
    return TrackingPlace(uri or f"sqlite:///{room / 'mlflow.db'}", None if is_server else room / "artifacts", model)


def prepare_place(place: TrackingPlace) -> None:
    """Make the folders that a place in the home needs; others cannot read them."""
    if place.artifacts:
        place.artifacts.parent.mkdir(parents=True, exist_ok=True, mode=_PRIVATE)
        place.artifacts.mkdir(exist_ok=True, mode=_PRIVATE)
