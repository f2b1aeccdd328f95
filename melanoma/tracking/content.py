"""What MLflow is told of a run: read from its folder, and nothing measured anew."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from melanoma.artifacts.store import ArtifactStore
from melanoma.errors import ModelError
from melanoma.fingerprint import digest_file, digest_value
from melanoma.runs import RunFolder, read_run
from melanoma.stages.files import HISTORY, METRICS, MODEL_CARD, REPORT
from melanoma.stages.found_model import FoundModel, find_model
from melanoma.stages.table import EVALUATE, TRAIN
from melanoma.tracking.figures import Measured, list_curves, list_figures
from melanoma.tracking.parameters import list_parameters

FINGERPRINT = "melanoma.fingerprint"
_PAGES = (REPORT, MODEL_CARD, METRICS)
_NOTE = "Research software, not a medical device. Intervals of 95 %: NAME_low to NAME_high."


@dataclass(frozen=True)
class RunContent:
    """A run, as MLflow holds it.

    Attributes:
        run_id: Ours.
        data: The paths of its images.
        started: When it was started; aware.
        tags: What it is found by.
        parameters: Its effective configuration, one text per key.
        measured: Curves, and figures with the ends of their intervals.
        files: What goes beside it.
        model: The file of its network.
    """

    run_id: str
    data: str
    started: datetime
    tags: Mapping[str, str]
    parameters: Mapping[str, str]
    measured: tuple[Measured, ...]
    files: tuple[Path, ...]
    model: Path

    @property
    def experiment(self) -> str:
        """The name of its data set: that of the folder, or of each folder that was joined."""
        return " + ".join(Path(source).name for source in self.data.split(" + "))

    @property
    def fingerprint(self) -> str:
        """The sha256 of what makes it another run: data, configuration, model and figures, not when it was started."""
        return self.tags[FINGERPRINT]


def read_content(folder: RunFolder) -> RunContent:
    """Read what MLflow is told of a run.

    Args:
        folder: The run.

    Returns:
        Its content.

    Raises:
        UsageError: If its record cannot be read.
        ModelError: If it made no model, or did not evaluate it.
    """
    record, metrics = read_run(folder), folder.path / METRICS
    trained = record["stages"].get(TRAIN.name)
    if trained is None or EVALUATE.name not in record["stages"] or not metrics.is_file():
        raise ModelError(f"run {folder.run_id}: made no model or did not evaluate it; only a run that did is logged")
    model, parameters = find_model(folder.run_id, folder.home), list_parameters(record["config"])
    made = ArtifactStore(folder.home).find(TRAIN.name, trained["key"])
    if made is None:
        raise ModelError(f"run {folder.run_id}: its training is gone from the home or damaged; run the pipeline again")
    essence = [record["data_digest"], parameters, model.sha256, digest_file(metrics)]
    return RunContent(
        run_id=folder.run_id,
        data=record["data"],
        started=datetime.fromisoformat(record["started_at"]),
        tags=_tags(record, model, digest_value(essence)),
        parameters=parameters,
        measured=tuple(list_curves(made.read_json(HISTORY)) + list_figures(json.loads(metrics.read_text("utf-8")))),
        files=tuple(folder.path / name for name in _PAGES if (folder.path / name).is_file()),
        model=model.path,
    )


def _tags(record: Mapping[str, Any], model: FoundModel, fingerprint: str) -> dict[str, str]:
    known = {
        "mlflow.note.content": _NOTE,
        FINGERPRINT: fingerprint,
        "melanoma.run_id": record["run_id"],
        "melanoma.data_digest": record["data_digest"],
        "melanoma.model_sha256": model.sha256,
        "melanoma.network": model.info.network,
        "melanoma.protocol": record["config"]["split"]["protocol"],
        "melanoma.version": record["versions"]["melanoma"],
        "prefect.flow_run_id": record["flow_run_id"],
    }
    return {name: str(value) for name, value in known.items() if value}
