"""The validate task, and the gate behind it."""

from datetime import timedelta

from melanoma.artifacts.record import Artifact
from melanoma.artifacts.store import Obtained
from melanoma.errors import DataRefused
from melanoma.runs import link_files
from melanoma.stages.files import AUDIT, NEAR_DUPLICATES
from melanoma.stages.table import VALIDATE
from tasks.publish import publish_table
from tasks.run import Run
from tasks.stage import carry_out, stage_task, tell


@stage_task(VALIDATE, timeout=timedelta(hours=2))
def validate(run: Run, ingested: Artifact) -> Obtained:
    """Find what is wrong with the data, and refuse it where it cannot be trusted."""
    audited = carry_out(run, VALIDATE, ingested)
    said = audited.artifact.summary
    link_files(run.folder, audited.artifact, AUDIT, NEAR_DUPLICATES)
    tell(f"{len(said['findings'])} findings, {said['excluded']:,} images left out")
    publish_table("findings", said["findings"], "What is wrong with the data, and what is done about it")
    if not said["passed"]:
        raise DataRefused(f"{run.sources.title}: {'; '.join(said['refusals'])}; see {run.folder.path / AUDIT}")
    return audited
