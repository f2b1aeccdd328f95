"""The explain task."""

from datetime import timedelta

from melanoma.artifacts.record import Artifact
from melanoma.artifacts.store import Obtained
from melanoma.runs import link_files
from melanoma.stages.files import EXPLANATIONS
from melanoma.stages.table import EXPLAIN
from tasks.publish import publish_table
from tasks.run import Run
from tasks.stage import carry_out, stage_task, tell


@stage_task(EXPLAIN, timeout=timedelta(hours=2))
def explain(run: Run, *made: Artifact) -> Obtained:
    """Show where in some test pictures the model found what speaks for a diagnosis."""
    explained = carry_out(run, EXPLAIN, *made)
    said = explained.artifact.summary
    link_files(run.folder, explained.artifact, EXPLANATIONS)
    tell(said["reason"] or f"{said['cases']} pictures explained")
    publish_table("heat-map-sanity", said["sanity"], "How much heat maps resemble those of random weights")
    return explained
