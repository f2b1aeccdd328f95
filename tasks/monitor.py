"""The tasks that only a monitoring has: look whether any image is new, and compare the new ones with the champion's."""

from datetime import timedelta

from prefect import task
from prefect.cache_policies import NO_CACHE

from melanoma.artifacts.record import Artifact
from melanoma.artifacts.store import Obtained
from melanoma.runs import link_files, note
from melanoma.stages.files import MONITOR as MONITOR_JSON
from melanoma.stages.files import MONITOR_PAGE
from melanoma.stages.table import MONITOR
from tasks.announce import announce_drift, announce_new_images
from tasks.publish import publish_page, publish_picture, publish_table, publish_text
from tasks.run import Run
from tasks.stage import carry_out, stage_task, tell

_SHOWN = ("what", "distance", "new_median", "old_median", "p", "p_holm", "drifted")


@task(name="look-for-new", cache_policy=NO_CACHE)
def look_for_new(run: Run) -> bool:
    """Say whether there is a champion, and whether the source has an image that it was not made from."""
    changes = run.challenge.changes if run.challenge else None
    if changes is None:
        state, said = "no champion", "there is no champion to compare with; start with melanoma retrain"
    elif not changes.new + changes.changed:
        gone = f", {changes.vanished:,} vanished" if changes.vanished else ""
        state, said = "nothing new", f"no new image; {changes.unchanged + changes.moved:,} are the champion's own{gone}"
    else:
        state, said = "new images", changes.describe()
    note(run.folder, monitor={"state": state, "said": said, "changes": changes and changes.to_json()})
    tell(f"monitor: {said}")
    if changes and state == "new images":
        announce_new_images(run.folder.run_id, run.sources.digest, changes)
    publish_text("monitor", f"# {state.capitalize()}\n\n{said}", "Whether new images are like the champion's")
    return state == "new images"


@stage_task(MONITOR, timeout=timedelta(hours=12))
def watch(run: Run, ingested: Artifact) -> Obtained:
    """Compare new images with those that the champion was made from."""
    watched = carry_out(run, MONITOR, ingested)
    said, place = watched.artifact.summary, run.folder.path / MONITOR_PAGE
    link_files(run.folder, watched.artifact, MONITOR_JSON, MONITOR_PAGE)
    notes = said["drift"]["notes"]
    for line in notes:
        tell(f"drift: {line}")
    if said["drift"]["tests"]:
        tests = [{name: test[name] for name in _SHOWN} for test in said["drift"]["tests"]]
        publish_table("drift", tests, "New images against the champion's; p corrected by Holm")
        publish_picture("drift-distances", watched.artifact, "How far new images are from the champion's")
    title = "Drift" if said["drifted"] else "No drift is shown"
    publish_page("monitor", "\n\n".join([f"# {title}", *notes]), place, "Whether images drift")
    if said["drifted"]:
        announce_drift(run.folder.run_id, said["drifted"], place)
    return watched
