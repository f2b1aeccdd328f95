"""A trained model by the name that a user gives it: a run, a run's folder, or a file."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from melanoma.artifacts.store import ArtifactStore
from melanoma.config.pipeline import PipelineConfig
from melanoma.errors import ModelError, UsageError
from melanoma.evaluation.figure import NotEvaluated
from melanoma.evaluation.operating_point import OperatingPoint
from melanoma.evaluation.part import Rules, no_rules, read_rules
from melanoma.evaluation.parts import operating_point
from melanoma.fingerprint import digest_file
from melanoma.registry.champion import CHAMPION, find_champion
from melanoma.registry.ledger import LEDGER, read_ledger
from melanoma.runs import LATEST, RUN, find_run
from melanoma.stages.files import MANIFEST, METRICS, MODEL
from melanoma.stages.table import TRAIN
from melanoma.training.model_info import ModelInfo, read_info


@dataclass(frozen=True)
class FoundModel:
    """A model.

    Attributes:
        title: What people call it: the run's id, or the file's path.
        path: Its file.
        info: What the file says about itself.
        run: The folder of the run that made it; None for a bare file.
        rules: What the run froze on its validation and calibration rows, by part, or why there is none.
    """

    title: str
    path: Path
    info: ModelInfo
    run: Path | None
    rules: Rules

    @property
    def point(self) -> OperatingPoint | NotEvaluated:
        """The threshold for melanoma, frozen on the run's validation rows, or why there is none."""
        rule = self.rules[operating_point.NAME]
        return rule if isinstance(rule, NotEvaluated) else operating_point.read_point(rule)

    @cached_property
    def sha256(self) -> str:
        """The digest of its file."""
        return digest_file(self.path)

    @property
    def manifest(self) -> Path | None:
        """The split manifest of the data that it was trained on, where it is known."""
        path = self.run / MANIFEST if self.run else None
        return path if path and path.is_file() else None

    def fit_config(self, config: PipelineConfig) -> PipelineConfig:
        """Return a configuration that reads images as the model takes them."""
        ingest = config.ingest.model_copy(update={"size_px": self.info.size_px, "fit": self.info.fit})
        return config.model_copy(update={"ingest": ingest})

    def describe(self) -> dict[str, Any]:
        """Return what a record says of it."""
        return {"model": self.title, **self.facts}

    @property
    def facts(self) -> dict[str, Any]:
        """What a record says of it under whatever name."""
        threshold = self.point.threshold if isinstance(self.point, OperatingPoint) else None
        return {"sha256": self.sha256, **self.info.model_dump(mode="json"), "melanoma_threshold": threshold}


def find_model(name: str, home: Path) -> FoundModel:
    """Find a model and read what it says about itself; Keras is not needed for that.

    Args:
        name: A `.keras` file, the folder of a run, a run's id, the beginning of it, ``latest``, or
            ``champion``, which is what the promotions say.
        home: Where runs are kept.

    Returns:
        The model.

    Raises:
        UsageError: If there is no such run or file, or no champion.
        ModelError: If the file is no model, the run has none, or the champion's is not the one that was promoted.
        LedgerBroken: If the promotions are not as they were written.
    """
    if name == CHAMPION:
        return _model_of_champion(home)
    path = Path(name)
    if name != LATEST and path.is_file():
        return FoundModel(name, path, read_info(path), None, no_rules(f"{name} is a file without a run"))
    if name != LATEST and path.is_dir():
        return _model_of_run(path)
    if name != LATEST and (path.suffix == ".keras" or len(path.parts) > 1):
        raise UsageError(f"--model {name}: no such file or folder; give a run's id, latest, or a model.keras file")
    return _model_of_run(find_run(home, name).path)


def _model_of_champion(home: Path) -> FoundModel:
    champion = find_champion(read_ledger(home))
    if champion is None:
        raise UsageError(
            f"--model {CHAMPION}: no run of {home} has been promoted; start with melanoma retrain --data DIR, "
            "or melanoma promote RUN"
        )
    found = _model_of_run(find_run(home, champion.run_id).path)
    if found.sha256 != champion.model_sha256:
        raise ModelError(
            f"{found.path}: is not the model that was promoted (line {champion.sequence} of {home / LEDGER}); put it "
            "back, or promote another run"
        )
    return found


def _model_of_run(folder: Path) -> FoundModel:
    record = _read_json(folder / RUN)
    if record is None:
        raise UsageError(f"--model {folder}: holds no {RUN}; give the folder of a run, or a model.keras file")
    path = _file_of_run(folder, record)
    if not path.is_file():
        status = record.get("status", "unknown")
        raise ModelError(f"--model {folder.name}: the run has no {MODEL} (it is {status}); give a finished run")
    return FoundModel(folder.name, path, read_info(path), folder, _frozen_rules(folder))


def _file_of_run(folder: Path, record: dict[str, Any]) -> Path:
    """Return the stage's own file, which has its classes beside it, or the run's where the artifact is gone."""
    key = record.get("stages", {}).get(TRAIN.name, {}).get("key")
    made = ArtifactStore(folder.resolve().parents[1]).folder(TRAIN.name, key) / MODEL if key else None
    return made if made and made.is_file() else folder / MODEL


def _frozen_rules(folder: Path) -> Rules:
    """Read what the run froze."""
    metrics = _read_json(folder / METRICS)
    return no_rules(f"the run {folder.name} has no {METRICS}") if metrics is None else read_rules(metrics)


def _read_json(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise ModelError(f"{path}: cannot be read; run the pipeline again") from problem
    return document
