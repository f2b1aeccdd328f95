"""Predict images by a trained model, as `melanoma predict` and batches do."""

from pathlib import Path
from typing import Any

from prefect import flow
from prefect.runtime import flow_run

from flows.deployed_run import watch_deployed
from melanoma.stages.found_model import find_model
from melanoma.stages.predict_order import PredictOrder
from melanoma.stages.prediction_table import Form
from tasks.home import choose_home
from tasks.predict import predict


def name_batch() -> str:
    """Name a flow run after its model and its first images."""
    images = [Path(path).name for path in flow_run.parameters["images"]]
    return f"predict · {flow_run.parameters['model']} · {''.join(images[:1])}{' …' if len(images) > 1 else ''}"


@flow(name="predict", flow_run_name=name_batch, on_running=[watch_deployed])
def predict_images(
    model: str,
    images: list[Path],
    out: Path,
    form: Form = "csv",
    home: Path | None = None,
    metadata: list[Path] | None = None,
    maps: Path | None = None,
) -> dict[str, Any]:
    """Predict the images in files, folders and archives, and write a table.

    Args:
        model: A run's id, `latest`, `champion`, a run's folder, or a `.keras` file.
        images: Image files, folders, archives.
        out: The table to write.
        form: `csv`, `json`, or `isic` for the form of the ISIC challenges.
        home: Where runs are kept; by default MELANOMA_HOME, else `.melanoma` in the working folder.
        metadata: Tables by image id, for a model that takes metadata.
        maps: A new folder for a heat map of each image; drawing them takes many times as long as predicting.

    Returns:
        Counts, and where the table is.
    """
    found = find_model(model, choose_home(home))
    return predict(PredictOrder(found, tuple(images), out, form, tuple(metadata or ()), maps))
