"""The registered model in MLflow: a version per judged or promoted model, and aliases that follow the promotions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from melanoma.registry.entry import Entry
from melanoma.runs import find_run
from melanoma.tracking.aliases import name_aliases
from melanoma.tracking.content import RunContent, read_content
from melanoma.tracking.log_run import MODEL_ROOM, log_through
from melanoma.tracking.place import TrackingPlace
from melanoma.tracking.store import open_store

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

_SHA256 = "melanoma.model_sha256"
_ABOUT = "Skin-lesion classifiers of a home of melanoma; aliases follow its promotions.jsonl. Not a medical device."


@dataclass(frozen=True)
class Registered:
    """The registered model as it is now.

    Attributes:
        model: Its name.
        versions: The version of each alias; aliases that stand for nothing are not there.
    """

    model: str
    versions: Mapping[str, str]

    def describe(self) -> str:
        """Say which version each alias stands for."""
        return f"model {self.model}: " + ", ".join(f"{alias} is version {v}" for alias, v in self.versions.items())


def follow_promotions(place: TrackingPlace, home: Path, entries: Sequence[Entry], now: datetime) -> Registered | None:
    """Let the aliases stand for what the promotions say; a run that was never logged is logged first.

    Args:
        place: The registry.
        home: Where runs are.
        entries: The whole ledger, oldest first.
        now: When; aware.

    Returns:
        The registered model; None while nothing was judged.

    Raises:
        UsageError: If MLflow is not installed, or a run is gone.
        ModelError: If a run's model is gone.
        TrackingError: If MLflow does not take it.
    """
    wanted = name_aliases(entries)
    contents = {alias: read_content(find_run(home, entry.run_id)) for alias, entry in wanted.items() if entry}
    if not contents:
        return None
    with open_store(place) as client:
        _settle_model(client, place.model)
        versions = {alias: _settle_version(client, place, content, now) for alias, content in contents.items()}
        _set_aliases(client, place.model, {alias: versions.get(alias) for alias in wanted})
    return Registered(place.model, versions)


def _settle_model(client: "MlflowClient", name: str) -> None:
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name, description=_ABOUT)


def _settle_version(client: "MlflowClient", place: TrackingPlace, content: RunContent, now: datetime) -> str:
    """Return the version of a run's model; equal files are one version."""
    sha256 = content.tags[_SHA256]
    found = client.search_model_versions(f"name = '{place.model}' and tags.`{_SHA256}` = '{sha256}'")
    if found:
        return str(found[0].version)
    logged = log_through(client, place, content, now)
    source, tags = f"runs:/{logged.run_id}/{MODEL_ROOM}", {_SHA256: sha256, "melanoma.run_id": content.run_id}
    return str(client.create_model_version(place.model, source, run_id=logged.run_id, tags=tags).version)


def _set_aliases(client: "MlflowClient", model: str, wanted: Mapping[str, str | None]) -> None:
    present = client.get_registered_model(model).aliases
    for alias, version in wanted.items():
        if version is not None and str(present.get(alias)) != version:
            client.set_registered_model_alias(model, alias, version)
        elif version is None and alias in present:
            client.delete_registered_model_alias(model, alias)
