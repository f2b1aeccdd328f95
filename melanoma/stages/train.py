"""Stage: fit a network on training rows and keep its best weights."""

import numpy as np

from melanoma.config.train import TrainConfig
from melanoma.models.network import Shape
from melanoma.stages.files import CLASSES, HISTORY, MODEL, SOURCE
from melanoma.stages.job import Built, Job, write_json
from melanoma.stages.pixels import open_examples
from melanoma.training.fit import TrainingRequest, train_network
from melanoma.training.model_file import save_model
from melanoma.training.model_info import ModelInfo
from melanoma.training.precision import choose_precision


def build(job: Job) -> Built:
    """Train on training rows, watch validation rows; test rows are not read."""
    config = job.section(TrainConfig)
    examples = open_examples(job.inputs["ingest"], job.inputs["balance"])
    classes = sorted(examples.rows["diagnosis"].unique())
    precision = choose_precision(config, Shape(examples.images_size_px, len(classes)), job.clock)
    job.progress(f"{config.network} in {precision}")
    request = TrainingRequest(examples.of("train"), examples.of("validation"), classes, config, precision, job.seed)
    trained = train_network(request, job.progress)
    info = ModelInfo(
        classes=tuple(classes),
        size_px=examples.images_size_px,
        fit=job.inputs["ingest"].read_json(SOURCE)["fit"],
        network=config.network,
        method="scratch",
        training_data=job.inputs["balance"].digest,
    )
    save_model(trained.network, job.folder / MODEL, info)
    write_json(job.folder / HISTORY, trained.history)
    write_json(job.folder / CLASSES, classes)
    best = trained.history["epochs"][trained.history["best_epoch"] - 1]
    return Built(
        {
            "network": config.network,
            "precision": precision,
            "parameters": trained.history["parameters"],
            "epochs": len(trained.history["epochs"]),
            "best_epoch": trained.history["best_epoch"],
            "best": {name: float(np.round(value, 4)) for name, value in best.items()},
        }
    )
