"""The split task."""

from datetime import timedelta

from melanoma.artifacts.record import Artifact
from melanoma.artifacts.store import Obtained
from melanoma.runs import link_files
from melanoma.stages.files import MANIFEST
from melanoma.stages.table import SPLIT
from tasks.publish import publish_table
from tasks.run import Run
from tasks.stage import carry_out, stage_task, tell


@stage_task(SPLIT, timeout=timedelta(hours=1))
def split(run: Run, ingested: Artifact, audited: Artifact) -> Obtained:
    """Divide images into training, validation, calibration and test."""
    divided = carry_out(run, SPLIT, ingested, audited)
    counts = divided.artifact.summary["images"]
    link_files(run.folder, divided.artifact, MANIFEST)
    tell(" · ".join(f"{name} {count:,}" for name, count in counts.items()))
    for note in divided.artifact.summary["notes"]:
        tell(note)
    publish_table("splits", divided.artifact.summary["classes"], "Images of each diagnosis by split")
    return divided
