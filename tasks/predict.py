"""The predict task."""

from datetime import timedelta
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

from melanoma.stages.predict_files import predict_to_file
from melanoma.stages.predict_order import PredictOrder
from tasks.progress import ProgressBar
from tasks.publish import publish_table


@task(name="predict", tags=["predict"], timeout_seconds=timedelta(hours=24).total_seconds(), cache_policy=NO_CACHE)
def predict(order: PredictOrder) -> dict[str, Any]:
    """Predict images and write the table."""
    with ProgressBar("predict-progress") as bar:
        done = predict_to_file(order, bar.tell)
    counts = [{"predicted": name, "images": count} for name, count in done["by_class"].items()]
    publish_table("predicted-classes", counts, f"What was predicted by {done['model']}; the table is {done['out']}")
    return done
