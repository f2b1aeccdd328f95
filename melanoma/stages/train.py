"""Stage: fit a network on training rows and keep its best weights."""

from typing import Any

import numpy as np

from melanoma.config.train import TrainConfig
from melanoma.data.examples import ORIGINAL, ExampleSet
from melanoma.stages.features import collect_features, label_features
from melanoma.stages.files import CLASSES, HISTORY, MODEL, SOURCE
from melanoma.stages.given_files import GivenWeights
from melanoma.stages.job import Built, Job, Summary, write_json
from melanoma.stages.pixels import open_examples
from melanoma.training.devices import require_devices
from melanoma.training.fit import Trained, TrainingRequest, train_network
from melanoma.training.head import NO_FOLD, HeadTask, train_head
from melanoma.training.member import shape_of
from melanoma.training.method import settle_method
from melanoma.training.model_file import save_model
from melanoma.training.model_info import ModelInfo
from melanoma.training.precision import choose_precision
from melanoma.training.validation_score import CHOSEN_BY


def build(job: Job) -> Built:
    """Train on training rows, watch validation rows; test rows are not read."""
    config = settle_method(job.section(TrainConfig))
    require_devices(config.devices)  # before features are made
    if config.weights:
        job.given(GivenWeights).file.read()  # refuses a file that is not as it was when the run began
    examples = open_examples(job.inputs["ingest"], job.inputs["balance"])
    classes = sorted(examples.rows["diagnosis"].unique())
    train = _train_head if config.method == "head" else _train_network
    trained = train(job, config, examples, classes)
    info = ModelInfo(
        classes=tuple(classes),
        size_px=examples.images_size_px,
        fit=job.inputs["ingest"].read_json(SOURCE)["fit"],
        network=config.network,
        method=config.method,
        training_data=job.inputs["balance"].digest,
        metadata=config.metadata,
    )
    save_model(trained.network, job.folder / MODEL, info)
    history = trained.history | {"chosen_by": _chosen_by(trained.history, config)}
    write_json(job.folder / HISTORY, history)
    write_json(job.folder / CLASSES, classes)
    return Built(_summary(history))


def _train_network(job: Job, config: TrainConfig, examples: ExampleSet, classes: list[str]) -> Trained:
    precision = choose_precision(config, shape_of(examples, classes, config), job.clock)
    job.progress(f"{config.network} in {precision}")
    request = TrainingRequest(
        examples.of("train"),
        examples.of("validation"),
        classes,
        config,
        precision,
        job.seed,
        job.workbench,
        job.inputs["ingest"].read_json(SOURCE)["fit"],
    )
    return train_network(request, job.progress)


def _train_head(job: Job, config: TrainConfig, examples: ExampleSet, classes: list[str]) -> Trained:
    """Train a head on features, which are made first where no earlier run has made them."""
    features = collect_features(job, examples.rows, config)
    training = features.of("train")
    task = HeadTask(
        label_features(training, classes, config, job.seed),
        label_features(features.of("validation"), classes, config),
        np.asarray(training.rows["fold"].astype("Int64").fillna(NO_FOLD), dtype=np.int64),
        (training.rows["origin"] == ORIGINAL).to_numpy(dtype=bool),
        classes,
        config,
        examples.images_size_px,
        job.seed,
    )
    return train_head(task, job.progress)


def _summary(history: dict[str, Any]) -> Summary:
    best = history["epochs"][history["best_epoch"] - 1]
    return {
        "network": history["network"],
        "method": history["method"],
        "members": len(history["members"]),
        "precision": history["precision"],
        "parameters": history["parameters"],
        "epochs": len(history["epochs"]),
        "best_epoch": history["best_epoch"],
        "training_images": history["training_images"],
        "validation_images": history["validation_images"],
        "kept": _kept(history, best),
        "chosen_by": history["chosen_by"],
        "best": {name: float(np.round(value, 4)) for name, value in best.items()},
    }


def _chosen_by(history: dict[str, Any], config: TrainConfig) -> str | None:
    """Name the figure on validation rows that chose what was kept; None where the last epoch was kept without one."""
    if history.get("steps_are", "epoch") == "epoch" and not (config.early_stopping and history["validation_images"]):
        return None
    if config.method != "head":
        return "loss"
    return CHOSEN_BY[config.head.choose]


def _kept(history: dict[str, Any], best: dict[str, float]) -> str:
    """Say which of the steps was kept: epochs, or values that were tried."""
    steps_are, count = history.get("steps_are", "epoch"), len(history["epochs"])
    if history["chosen_by"] is None:
        return f"last epoch of {count}"
    if steps_are == "epoch":
        return f"best epoch {best['epoch']} of {count}"
    return f"best of {count}: {steps_are} {best[steps_are]:g}"
