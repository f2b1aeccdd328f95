"""Runs and promotions that several machines share through a bucket; a machine is a folder of its own."""

import threading
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from melanoma.artifacts.bucket import Bucket
from melanoma.errors import BucketError, LedgerBroken, UsageError
from melanoma.registry.entry import Draft
from melanoma.registry.ledger import append_entry, read_ledger, refresh_ledger
from melanoma.runs import (
    FINISHED,
    RunFolder,
    address_of_file,
    find_run,
    last_keys,
    list_runs,
    note,
    note_stage,
    open_run,
    point_latest,
    read_run,
    refresh_runs,
)
from tasks import retrain

ONE, TWO = "20261125-120000-aaaaaaaa", "20261125-130000-bbbbbbbb"
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
DEADLINE_S = 60


def begin(shared, machine, run_id=ONE):
    folder = RunFolder(shared.home(machine), run_id)
    open_run(folder, {"seed": 1})
    return folder


def finish(shared, machine, run_id=ONE):
    folder = begin(shared, machine, run_id)
    note_stage(folder, "report", {"key": "k"})
    (folder.path / "findings").mkdir()
    (folder.path / "findings/label_conflict.csv").write_text("image_id\n")
    (folder.path / "report.html").write_text(f"report of {run_id}")
    note(folder, status=FINISHED)
    point_latest(folder)
    return folder


def see(shared, machine):
    home = shared.home(machine)
    refresh_runs(home)
    return home


def test_a_finished_run_is_found_with_all_its_files_on_another_machine(shared):
    finish(shared, "first")
    home = see(shared, "second")
    assert list_runs(home) == [ONE]
    assert last_keys(home) == {"report": "k"}
    folder = find_run(home, "latest")
    assert folder == RunFolder(home, ONE)
    assert (folder.path / "report.html").read_text() == f"report of {ONE}"
    assert (folder.path / "findings/label_conflict.csv").read_text() == "image_id\n"


def test_the_records_of_all_runs_come_without_their_files(shared):
    finish(shared, "first")
    home = see(shared, "second")
    assert not (home / "runs" / ONE / "report.html").exists()
    address = address_of_file(RunFolder(home, ONE), "report.html")
    assert address == f"{shared.address}/runs/{ONE}/report.html"
    assert shared.get(f"runs/{ONE}/report.html") == f"report of {ONE}".encode()


def test_latest_is_the_run_that_any_machine_finished_last(shared):
    finish(shared, "first")
    finish(shared, "second", TWO)
    assert find_run(see(shared, "third"), "latest").run_id == TWO
    assert find_run(see(shared, "first"), "latest").run_id == TWO


def test_a_run_that_goes_on_elsewhere_is_followed_until_it_has_ended(shared):
    running = begin(shared, "first")
    home = see(shared, "second")
    assert read_run(RunFolder(home, ONE))["status"] == "running"
    note_stage(running, "ingest", {"key": "i"})
    assert read_run(RunFolder(see(shared, "second"), ONE))["stages"] == {"ingest": {"key": "i"}}
    note(running, status=FINISHED)
    assert read_run(RunFolder(see(shared, "second"), ONE))["status"] == FINISHED


def test_a_run_of_this_machine_is_never_taken_back_to_what_the_bucket_has(shared):
    running = begin(shared, "first")
    before = shared.get(f"runs/{ONE}/run.json")
    note_stage(running, "ingest", {"key": "i"})
    shared.put(f"runs/{ONE}/run.json", before)
    assert read_run(RunFolder(see(shared, "first"), ONE))["stages"] == {"ingest": {"key": "i"}}


def test_a_run_is_not_said_to_have_ended_before_its_files_are_there(shared, monkeypatch):
    folder = begin(shared, "first")
    (folder.path / "report.html").write_text("report")
    monkeypatch.setattr(Bucket, "upload", _refuse)
    with pytest.raises(BucketError, match="the network is down"):
        note(folder, status=FINISHED)
    assert shared.get_json(f"runs/{ONE}/run.json")["status"] == "running"


def test_a_run_that_the_bucket_refuses_leaves_no_folder(shared, monkeypatch):
    monkeypatch.setattr(Bucket, "write", _refuse)
    with pytest.raises(BucketError, match="the network is down"):
        begin(shared, "first")
    assert list_runs(shared.home("first")) == []
    assert shared.objects == []


def _refuse(*_):
    raise BucketError("the network is down")


def test_names_that_lead_out_of_a_runs_folder_are_not_followed(shared):
    finish(shared, "first")
    shared.put(f"runs/{ONE}/../../stray.txt", b"stray")
    shared.put("runs/../run.json", b"{}")
    shared.put("runs/latest", b"../..")
    home = see(shared, "second")
    find_run(home, ONE)
    assert not list(home.parent.rglob("stray.txt"))
    assert not (home / "run.json").exists()
    with pytest.raises(UsageError, match="run latest: 0 runs match"):
        find_run(home, "latest")


def test_an_empty_bucket_has_no_runs(shared):
    assert list_runs(see(shared, "first")) == []
    assert read_ledger(shared.home("first")) == ()


def draft(reason):
    return Draft(action="promote", run_id=ONE, model_sha256="1" * 64, test_rows_sha256="2" * 64, reason=reason)


def test_a_champion_whose_machine_dies_right_after_the_promotion_is_whole_on_another(shared, monkeypatch):
    folder = begin(shared, "first")
    (folder.path / "model.keras").write_text("weights")
    said = {"action": "promote", "reason": "better", "gates": ()}
    said["challenger"] = {"model_sha256": "1" * 64, "test_rows_sha256": "2" * 64}

    def die(*_):
        raise SystemExit

    monkeypatch.setattr(retrain, "announce_decision", die)
    with pytest.raises(SystemExit):
        retrain.register.fn(SimpleNamespace(folder=folder, retraining=None), SimpleNamespace(summary=said))
    home = see(shared, "second")
    refresh_ledger(home)
    (entry,) = read_ledger(home)
    assert (find_run(home, entry.run_id).path / "model.keras").read_text() == "weights"


def test_promotions_are_one_chain_on_all_machines(shared):
    for machine in ("first", "second", "first"):
        home = shared.home(machine)
        refresh_ledger(home)
        append_entry(home, lambda entries, machine=machine: draft(f"{machine}, after {len(entries)}"), NOON)
    refresh_ledger(shared.home("third"))
    reasons = [entry.reason for entry in read_ledger(shared.home("third"))]
    assert reasons == ["first, after 0", "second, after 1", "first, after 2"]


def test_of_two_promotions_at_once_the_second_is_decided_anew_on_the_first(shared):
    start = threading.Barrier(2)

    def promote(machine):
        calls = []

        def decide(entries):
            calls.append(len(entries))
            if len(calls) == 1:
                start.wait(DEADLINE_S)  # both have seen an empty chain
            return draft(f"{machine}, after {len(entries)}")

        append_entry(shared.home(machine), decide, NOON)

    workers = [threading.Thread(target=promote, args=(machine,)) for machine in ("first", "second")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(DEADLINE_S)
    refresh_ledger(shared.home("third"))
    reasons = [entry.reason for entry in read_ledger(shared.home("third"))]
    assert sorted(reason.partition(", ")[2] for reason in reasons) == ["after 0", "after 1"]
    assert len({reason.partition(",")[0] for reason in reasons}) == 2


def test_a_promotion_that_was_changed_in_the_bucket_is_found(shared):
    home = shared.home("first")
    append_entry(home, lambda _: draft("better"), NOON)
    shared.put("promotions/000001", shared.get("promotions/000001").replace(b"better", b"worse!"))
    refresh_ledger(home)
    with pytest.raises(LedgerBroken, match="line 1 was changed after it was written"):
        read_ledger(home)
