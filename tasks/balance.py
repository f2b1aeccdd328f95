"""The balance task."""

from datetime import timedelta

from melanoma.artifacts.record import Artifact
from melanoma.artifacts.store import Obtained
from melanoma.runs import link_files
from melanoma.stages.files import BALANCE_PAGE, EXAMPLES
from melanoma.stages.table import BALANCE
from melanoma.stages.table import BALANCE_PAGE as BALANCE_PAGE_STAGE
from tasks.publish import publish_page, publish_table
from tasks.run import Run
from tasks.stage import carry_out, stage_task, tell


@stage_task(BALANCE, timeout=timedelta(hours=12), retries=2)
def balance(run: Run, ingested: Artifact, divided: Artifact) -> Obtained:
    """Make augmented copies of training images."""
    balanced = carry_out(run, BALANCE, ingested, divided)
    link_files(run.folder, balanced.artifact, EXAMPLES)
    made = balanced.artifact.summary
    tell(f"{made['copies']:,} copies; {made['leak']['share']:.1%} of validation images have a relative in training")
    for note in made["notes"]:
        tell(note)
    publish_table("class-balance", made["classes"], "Training images of each diagnosis: originals and copies")
    return balanced


@stage_task(BALANCE_PAGE_STAGE, timeout=timedelta(hours=1))
def show_balance(run: Run, ingested: Artifact, balanced: Artifact) -> Obtained:
    """Write the page that shows training images beside their copies."""
    page = carry_out(run, BALANCE_PAGE_STAGE, ingested, balanced)
    link_files(run.folder, page.artifact, BALANCE_PAGE)
    place = run.folder.path / BALANCE_PAGE
    publish_page("balance-page", "# Copies\n\nOriginals and copies.", place, "Where the balance page is")
    return page
