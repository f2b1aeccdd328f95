"""The compare task."""

from datetime import timedelta

from melanoma.artifacts.store import Obtained
from melanoma.runs import link_files
from melanoma.stages.files import COMPARISON, COMPARISON_PAGE
from melanoma.stages.table import COMPARE
from tasks.publish import publish_text
from tasks.run import Run
from tasks.stage import carry_out, stage_task


@stage_task(COMPARE, timeout=timedelta(hours=1))
def compare(run: Run) -> Obtained:
    """Put two runs side by side on the images that both were evaluated on."""
    compared = carry_out(run, COMPARE)
    link_files(run.folder, compared.artifact, COMPARISON, COMPARISON_PAGE)
    publish_text("comparison", "\n\n".join(compared.artifact.summary["verdict"]), "Which of two runs is better")
    return compared
