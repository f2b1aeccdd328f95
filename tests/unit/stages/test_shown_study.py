import json

import pytest

from melanoma.artifacts.record import Recipe
from melanoma.artifacts.store import Made
from melanoma.runs import FINISHED, RUNNING, RunFolder, note, note_stage, open_run
from melanoma.stages.shown_study import find_shown_study

DATA = "a" * 64


@pytest.fixture
def leave(workshop):
    """Return a function that leaves a run with a study of some title."""

    def make(run_id, title="t", data=DATA, status=FINISHED, stage="study"):
        def write(folder):
            (folder / "study.json").write_text(json.dumps({"title": title}))
            return Made()

        artifact = workshop.store.obtain(Recipe(stage, {"title": title}), write).artifact
        folder = RunFolder(workshop.store.home, run_id)
        open_run(folder, {"data_digest": data})
        note_stage(folder, stage, {"key": artifact.key})
        note(folder, status=status)
        return artifact

    return make


def title_of(workshop, data=DATA):
    found = find_shown_study(workshop.store, data)
    return found and found.document["title"]


def test_in_a_fresh_home_there_is_none(workshop):
    assert find_shown_study(workshop.store, DATA) is None


def test_the_last_finished_study_of_the_same_data_is_shown(workshop, leave):
    leave("20260101-000000-a", "first")
    leave("20260102-000000-b", "second")
    leave("20260103-000000-c", "of other data", data="b" * 64)
    leave("20260104-000000-d", "unfinished", status=RUNNING)
    leave("20260105-000000-e", "no study", stage="report")
    assert title_of(workshop) == "second"
    assert title_of(workshop, "b" * 64) == "of other data"
    assert title_of(workshop, "c" * 64) is None


def test_its_digest_is_that_of_its_content(workshop, leave):
    artifact = leave("20260101-000000-a")
    assert find_shown_study(workshop.store, DATA).digest == artifact.digest


def test_a_study_whose_artifact_is_gone_is_not_shown(workshop, leave):
    leave("20260101-000000-a").folder.rename(workshop.store.home / "elsewhere")
    assert find_shown_study(workshop.store, DATA) is None
