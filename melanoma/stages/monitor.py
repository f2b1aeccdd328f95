"""Stage: look whether the new images of a source are like those that the champion was made from. Nothing is trained."""

from importlib.metadata import version

import pandas as pd

from melanoma.data.grouping import group_images
from melanoma.models.forward import fast_forward
from melanoma.reporting.figures.drift import draw_distances
from melanoma.reporting.monitor_page import MonitorRecord, render_monitor_page
from melanoma.stages.challenge import Challenge
from melanoma.stages.drift_of_new import NewImages, find_drift
from melanoma.stages.files import FIGURE, MANIFEST, MONITOR, MONITOR_PAGE, QUARANTINE
from melanoma.stages.job import Built, Job, Summary, write_json
from melanoma.training.model_file import load_model


def build(job: Job) -> Built:
    """Compare, and write the page."""
    challenge, ingest = job.given(Challenge), job.inputs["ingest"]
    champion, changes = challenge.champion, challenge.changes
    if champion is None or changes is None:
        raise LookupError("monitor: there is no champion; the flow asks before")
    manifest = pd.read_parquet(ingest.path(MANIFEST))
    loaded = load_model(champion.model.path)
    grouped = manifest.assign(group_id=group_images(manifest))
    images = NewImages(ingest, grouped, champion, loaded, fast_forward(loaded.network), job.seed)
    job.progress(f"comparing {len(images.new):,} new images with those of the champion")
    drift = find_drift(images)
    document: Summary = {
        "champion": champion.describe(),
        "changes": changes.to_json(),
        "unreadable": _count_unreadable(pd.read_csv(ingest.path(QUARANTINE), dtype="object"), champion.quarantine),
        "drift": drift.document,
        "drifted": [test.what for test in drift.tests if test.drifted],
    }
    write_json(job.folder / MONITOR, document)
    if drift.tests:
        (job.folder / FIGURE).write_bytes(draw_distances(drift.tests))
    page = render_monitor_page(MonitorRecord(version("melanoma"), document, drift.tests))
    (job.folder / MONITOR_PAGE).write_text(page, encoding="utf-8")
    return Built(document)


def _count_unreadable(now: pd.DataFrame, before: pd.DataFrame) -> int:
    """Count images that cannot be used and that the champion's run had not met."""
    return int((~now["image_id"].isin(before["image_id"])).sum())
