"""The ingest task."""

from datetime import timedelta

from melanoma.artifacts.store import Obtained
from melanoma.runs import link_files
from melanoma.stages.files import QUARANTINE
from melanoma.stages.table import INGEST
from tasks.publish import publish_table
from tasks.run import Run
from tasks.stage import carry_out, stage_task, tell


@stage_task(INGEST, timeout=timedelta(hours=12), retries=2)
def ingest(run: Run) -> Obtained:
    """Read the source folder into a manifest and shards of pixels."""
    ingested = carry_out(run, INGEST)
    link_files(run.folder, ingested.artifact, QUARANTINE)
    found = ingested.artifact.summary
    tell(f"{found['images']:,} images of {len(found['classes'])} diagnoses, {found['quarantined']} quarantined")
    publish_table("class-table", found["classes"], "Images of each diagnosis as found in the source")
    return ingested
