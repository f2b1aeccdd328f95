"""Stage: fit a network on training rows and keep its best weights."""

import numpy as np

from melanoma.config.train import TrainConfig
from melanoma.models.network import Shape
from melanoma.stages.files import CLASSES, HISTORY, MODEL
from melanoma.stages.job import Built, Job, write_json
from melanoma.stages.pixels import open_examples
from melanoma.training.fit import TrainingRequest, train_network
from melanoma.training.model_file import save_model
from melanoma.training.precision import choose_precision


def build(job: Job) -> Built:
    """Train on training rows, watch validation rows; test rows are not read."""
    config = job.section(TrainConfig)
    examples = open_examples(job.inputs["ingest"], job.inputs["balance"])
    classes = sorted(examples.rows["diagnosis"].unique())
    precision = choose_precision(config, Shape(examples.images_size_px, len(classes)), job.clock)
    job.progress(f"{config.network} in {precision}")
    training, validation = examples.of("train"), examples.of("validation")
    request = TrainingRequest(training, validation, classes, config, precision, job.seed, job.workbench)
    trained = train_network(request, job.progress)
    save_model(trained.network, job.folder / MODEL)
    write_json(job.folder / HISTORY, trained.history)
    write_json(job.folder / CLASSES, classes)
    best = trained.history["epochs"][trained.history["best_epoch"] - 1]
    return Built(
        {
            "network": config.network,
            "precision": trained.history["precision"],
            "parameters": trained.history["parameters"],
            "epochs": len(trained.history["epochs"]),
            "best_epoch": trained.history["best_epoch"],
            "best": {name: float(np.round(value, 4)) for name, value in best.items()},
        }
    )
