import errno
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from melanoma.artifacts.record import Artifact
from melanoma.errors import UsageError
from melanoma.runs import (
    RunFolder,
    find_run,
    last_keys,
    link_files,
    list_runs,
    new_run_id,
    note,
    note_stage,
    open_run,
    point_latest,
    read_run,
)

MOMENT = datetime(2026, 11, 23, 21, 15, 0, tzinfo=UTC)


@pytest.fixture
def run(tmp_path):
    folder = RunFolder(tmp_path, new_run_id(MOMENT, "1f3c9a2b-and-more"))
    open_run(folder, {"seed": 123})
    return folder


def test_a_run_id_is_readable_and_sorts_by_time():
    assert new_run_id(MOMENT, "1f3c9a2b-and-more") == "20261123-211500-1f3c9a2b"
    assert new_run_id(MOMENT, "ffffffff") < new_run_id(MOMENT.replace(second=1), "00000000")


def test_an_opened_run_is_running_private_and_has_no_stage(run):
    assert read_run(run) == {"run_id": run.run_id, "status": "running", "seed": 123, "stages": {}}
    assert run.path.stat().st_mode & 0o077 == 0


def test_notes_are_added_and_leave_no_other_file(run):
    note_stage(run, "ingest", {"key": "a"})
    note_stage(run, "train", {"key": "b"})
    note(run, status="finished")
    assert read_run(run)["stages"] == {"ingest": {"key": "a"}, "train": {"key": "b"}}
    assert (read_run(run)["status"], read_run(run)["seed"]) == ("finished", 123)
    assert [path.name for path in run.path.iterdir()] == ["run.json"]


def test_a_note_that_finds_no_space_leaves_the_record_as_it_was_and_no_other_file(run, monkeypatch):
    def write_half(path, content):
        with path.open("wb") as stream:
            stream.write(content[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", write_half)
    with pytest.raises(OSError, match="No space left on device"):
        note(run, status="finished")
    assert read_run(run)["status"] == "running"
    assert [path.name for path in run.path.iterdir()] == ["run.json"]


def test_linked_files_hold_the_artifacts_content_and_can_be_linked_again(run, tmp_path):
    for text in ("first", "second"):
        made = tmp_path / text
        made.mkdir()
        (made / "metrics.json").write_text(text)
        link_files(run, Artifact("evaluate", "k", "d", made), "metrics.json")
        assert (run.path / "metrics.json").read_text() == text
    assert (tmp_path / "first/metrics.json").read_text() == "first"


def test_files_are_copied_where_there_are_no_links(run, tmp_path, monkeypatch):
    (tmp_path / "audit.json").write_text("{}")
    monkeypatch.setattr("os.link", _refuse_to_link)
    link_files(run, Artifact("validate", "k", "d", tmp_path), "audit.json")
    assert (run.path / "audit.json").read_text() == "{}"
    assert (run.path / "audit.json").stat().st_nlink == 1


def _refuse_to_link(*_):
    raise OSError("no links here")


def test_latest_points_at_the_last_run_that_was_pointed_at(run, tmp_path):
    later = RunFolder(tmp_path, new_run_id(MOMENT.replace(hour=22), "0"))
    open_run(later, {})
    point_latest(run)
    assert find_run(tmp_path, "latest") == run
    point_latest(later)
    assert find_run(tmp_path, "latest") == later
    assert list_runs(tmp_path) == [run.run_id, later.run_id]


def test_a_link_that_a_killed_run_left_behind_is_no_run(run, tmp_path):
    (tmp_path / "runs" / f".latest-{run.run_id}").symlink_to(run.run_id)
    assert list_runs(tmp_path) == [run.run_id]


def test_a_run_is_found_by_the_beginning_of_its_id(run, tmp_path):
    assert find_run(tmp_path, "20261123") == run


@pytest.mark.parametrize(("name", "matches"), [("2025", 0), ("2026", 2), ("latest", 0)])
def test_a_run_that_is_not_one_is_refused(run, tmp_path, name, matches):
    open_run(RunFolder(tmp_path, new_run_id(MOMENT, "another")), {})
    with pytest.raises(UsageError, match=f"run {name}: {matches} runs match in .*runs; `melanoma status`") as refused:
        find_run(tmp_path, name)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", [None, "{", "\xff"])
def test_an_unreadable_run_is_refused_by_its_path(tmp_path, content):
    folder = RunFolder(tmp_path, "20261123-211500-1f3c9a2b")
    if content is not None:
        folder.path.mkdir(parents=True)
        (folder.path / "run.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(UsageError, match=r"run\.json: no readable run; `melanoma status` lists the runs"):
        read_run(folder)


def test_the_last_keys_are_those_of_the_run_that_latest_points_at(run, tmp_path):
    assert last_keys(tmp_path) == {}
    note_stage(run, "ingest", {"key": "a"})
    note_stage(run, "train", {"key": "b"})
    assert last_keys(tmp_path) == {}
    point_latest(run)
    assert last_keys(tmp_path) == {"ingest": "a", "train": "b"}


def test_the_record_is_json_that_any_reader_takes(run):
    note(run, problem="größer")
    assert json.loads((run.path / "run.json").read_bytes())["problem"] == "größer"
