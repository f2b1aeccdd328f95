"""The validate task, and the gate behind it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from melanoma.artifacts.record import Artifact
from melanoma.artifacts.store import Obtained
from melanoma.errors import DataRefused
from melanoma.runs import link_files
from melanoma.stages.files import AUDIT, AUDIT_PAGE, NEAR_DUPLICATES, finding_csv
from melanoma.stages.table import AUDIT_PAGE as AUDIT_PAGE_STAGE
from melanoma.stages.table import VALIDATE
from tasks.publish import publish_page, publish_table
from tasks.run import Run
from tasks.stage import carry_out, stage_task, tell


@stage_task(VALIDATE, timeout=timedelta(hours=2))
def validate(run: Run, ingested: Artifact) -> Obtained:
    """Find what is wrong with the data, and refuse it where it cannot be trusted."""
    audited = carry_out(run, VALIDATE, ingested)
    page = carry_out(run, AUDIT_PAGE_STAGE, ingested, audited.artifact)
    said = audited.artifact.summary
    lists = (finding_csv(finding["check"]) for finding in said["findings"])
    link_files(run.folder, audited.artifact, AUDIT, NEAR_DUPLICATES, *lists)
    link_files(run.folder, page.artifact, AUDIT_PAGE)
    _show(run, said)
    if not said["passed"]:
        raise DataRefused(f"{run.sources.title}: {'; '.join(said['refusals'])}; see {run.folder.path / AUDIT_PAGE}")
    return audited


def _show(run: Run, said: Mapping[str, Any]) -> None:
    place = run.folder.path / AUDIT_PAGE
    tell(f"{len(said['findings'])} findings, {said['excluded']:,} images left out; pictures: {place}")
    for note in said["notes"]:
        tell(note)
    publish_table("findings", said["findings"], "What is wrong with the data, and what is done about it")
    publish_page("audit", "# Audit\n\nFindings with pictures.", place, "Where the audit's page is")
