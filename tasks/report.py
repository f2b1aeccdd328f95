"""The report task."""

from datetime import timedelta

from melanoma.artifacts.record import Artifact
from melanoma.artifacts.store import Obtained
from melanoma.runs import link_files
from melanoma.stages.files import MODEL_CARD, REPORT, REPORTING_CHECKLIST
from melanoma.stages.table import CONFUSION_MATRIX, TRAINING_CURVES
from melanoma.stages.table import REPORT as REPORT_STAGE
from tasks.publish import publish_page
from tasks.run import Run
from tasks.stage import carry_out, stage_task, tell


@stage_task(REPORT_STAGE, timeout=timedelta(hours=2))
def report(run: Run, *made: Artifact) -> Obtained:
    """Write the report, the model card and the checklists."""
    by_stage = {artifact.stage: artifact for artifact in made}
    figures = [
        carry_out(run, TRAINING_CURVES, by_stage["train"]).artifact,
        carry_out(run, CONFUSION_MATRIX, by_stage["evaluate"]).artifact,
    ]
    reported = carry_out(run, REPORT_STAGE, *made, *figures)
    link_files(run.folder, reported.artifact, REPORT, MODEL_CARD, REPORTING_CHECKLIST)
    place = run.folder.path / REPORT
    lines = "\n".join(f"- {line}" for line in reported.artifact.summary["headline"])
    how = f"The report opens by `melanoma report {run.folder.run_id} --open`."
    publish_page("summary", f"# Summary\n\n{lines}\n\n{how}", place, "What came out, and where the report is")
    tell(f"report: {place}")
    return reported
