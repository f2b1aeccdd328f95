"""The tasks that only a retraining has: look whether anything has changed, judge the challenger, write it down."""

from datetime import UTC, datetime, timedelta

from prefect import task
from prefect.cache_policies import NO_CACHE

from melanoma.artifacts.record import Artifact
from melanoma.artifacts.store import Obtained
from melanoma.errors import GateRefused
from melanoma.registry.champion import refuse_overtaken
from melanoma.registry.entry import PROMOTE, Draft, Entry
from melanoma.registry.ledger import append_entry
from melanoma.runs import link_files, note, share_files
from melanoma.stages.files import DECISION, PROMOTION_PAGE
from melanoma.stages.table import PROMOTION
from tasks.announce import announce_change, announce_decision, list_failed
from tasks.publish import publish_page, publish_table, publish_text
from tasks.run import Run
from tasks.stage import carry_out, stage_task, tell
from tasks.track import follow


@task(name="look-at-source", task_run_name="look-at-source", cache_policy=NO_CACHE)
def look_at_source(run: Run) -> bool:
    """Say what has changed since the champion was made, and whether there is anything to do."""
    same = run.retraining and run.retraining.find_same(run.sources.digest, run.config.model_dump(mode="json"))
    changes = run.challenge.changes if run.challenge else None
    said = same or (changes.describe() if changes else "there is no champion yet; this is the first")
    state = "unchanged" if same else "changed" if changes else "first"
    note(run.folder, retrain={"state": state, "said": said, "changes": changes and changes.to_json()})
    tell(f"nothing to do: {said}" if same else f"source: {said}")
    if changes and not same:
        announce_change(run.folder.run_id, run.sources.digest, changes)
    publish_text("source", f"# Source\n\n{said}", "What has changed since the champion was made")
    return not same


@stage_task(PROMOTION, timeout=timedelta(hours=12))
def judge(run: Run, ingested: Artifact, divided: Artifact, trained: Artifact, evaluated: Artifact) -> Obtained:
    """Judge the challenger against the champion on the frozen test rows."""
    judged = carry_out(run, PROMOTION, ingested, divided, trained, evaluated)
    link_files(run.folder, judged.artifact, DECISION, PROMOTION_PAGE)
    said = judged.artifact.summary
    for part in ("rows", "drift"):
        for line in (said[part] or {}).get("notes", ()):
            tell(f"{part}: {line}")
    for external in said["external"]:
        tell(f"{external['title']}: {external['reason'] or '{:,} images judged'.format(external['judged'])}")
    gates = [{name: gate[name] for name in ("gate", "on", "verdict", "margin", "sentence")} for gate in said["gates"]]
    publish_table("gates", gates, "What each gate found, and why")
    place = run.folder.path / PROMOTION_PAGE
    why = [f"- {gate['gate'].replace('_', ' ')}, {gate['verdict']}: {gate['sentence']}" for gate in gates]
    decision = "\n".join([f"# The challenger is {said['action']}d", "", *(why or [said["reason"]])])
    publish_page("promotion", decision, place, "Whether the challenger takes the champion's place, and why")
    return judged


@task(name="register", task_run_name="register", cache_policy=NO_CACHE)
def register(run: Run, judged: Artifact) -> None:
    """Write the decision down; a refusal ends the run."""
    said = judged.summary
    draft = Draft(
        action=said["action"],
        run_id=run.folder.run_id,
        model_sha256=said["challenger"]["model_sha256"],
        test_rows_sha256=said["challenger"]["test_rows_sha256"],
        gates=said["gates"],
        reason=said["reason"],
    )
    champion = run.retraining.champion.entry if run.retraining and run.retraining.champion else None

    def decide(entries: tuple[Entry, ...]) -> Draft:
        refuse_overtaken(entries, champion)
        return draft

    share_files(run.folder)  # a champion whose files die with this machine would be none
    entry = append_entry(run.folder.home, decide, datetime.now(UTC))
    note(run.folder, promotion=entry.model_dump(mode="json"))
    page = run.folder.path / PROMOTION_PAGE
    announce_decision(entry, page)
    follow(run)
    if entry.action != PROMOTE:
        failed = list_failed(entry)
        because = f"not passed: {', '.join(failed)}" if failed else entry.reason
        raise GateRefused(f"the challenger {entry.run_id} is refused, {because}; why: {page}")
    tell(f"promoted: {entry.run_id} is the champion; page: {page}")
