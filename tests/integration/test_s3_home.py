"""The command line with `MELANOMA_HOME=s3://bucket/prefix`, against a server that speaks S3."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from melanoma.artifacts.mirror import address_of
from melanoma.runs import RunFolder, open_run
from melanoma.stages.champion import find_standing
from melanoma.stages.found_model import find_model
from melanoma.stages.promote_by_hand import promote_run
from tasks.home import choose_home
from tests.integration.s3_server import Shared
from tests.processes import free_port

WITHOUT_S3FS = """
import sys
sys.modules["s3fs"] = None
from flows.command_line import main
sys.argv = ["melanoma", "status"]
main()
"""
OPENING = """
from melanoma.runs import RunFolder, open_run
from tasks.home import choose_home
open_run(RunFolder(choose_home(), "20261125-130000-bbbbbbbb"), {})
"""
ABOUT = {"data": "set", "started_at": "2026-11-25T12:00:00+00:00", "host": "elsewhere", "process": 1}

pytestmark = pytest.mark.xdist_group("a home in object storage")


@pytest.fixture
def at(command, s3):
    """Return the command line with its home at an address."""

    def make(address, **more):
        own = {"MELANOMA_HOME": address, "MELANOMA_CACHE": str(command.user / "cache")}
        return command.with_environment(**{**s3.environment, **own, **more})

    return make


@pytest.fixture(scope="module")
def finished(make_command, s3, drawn_set, tmp_path_factory):
    """A run whose home is in a bucket: the home, a maker of command lines on other machines, its `run.json`."""
    folder, address = tmp_path_factory.mktemp("machines"), s3.make_bucket()
    plain = make_command(folder / "command")

    def machine(name):
        place = {"MELANOMA_HOME": address, "MELANOMA_CACHE": str(folder / name)}
        return plain.with_environment(**s3.environment, **place)

    return Shared(address, folder), machine, machine("first").run(drawn_set)


def test_a_run_is_in_the_bucket_whole(finished):
    shared, _, record = finished
    assert record["status"] == "finished"
    assert shared.get("runs/latest").decode() == record["run_id"]
    for stage, entry in record["stages"].items():
        assert shared.get_json(f"artifacts/{stage}/{entry['key']}/manifest.json")["digest"] == entry["digest"]
    names = {name.rpartition("/")[2] for name in shared.objects if name.startswith(f"runs/{record['run_id']}/")}
    assert names >= {"run.json", "metrics.json", "model.keras", "predictions.parquet", "report.html", "MODEL_CARD.md"}
    assert not [name for name in shared.objects if "prefect" in name or "unfinished" in name or "locks" in name]


def test_another_machine_would_reuse_every_stage(finished, drawn_set):
    _, machine, record = finished
    second = machine("planning")
    answer = second("plan", "--data", drawn_set, "--json", *second.quick())
    assert answer.code == 0, answer.err
    planned = {stage["stage"]: (stage["hit"], stage["key"]) for stage in json.loads(answer.out)}
    assert planned == {stage: (True, entry["key"]) for stage, entry in record["stages"].items()}


def test_another_machine_verifies_the_run(finished):
    _, machine, record = finished
    answer = machine("verifying")("verify", "--json")
    assert answer.code == 0, answer.out + answer.err
    assert (json.loads(answer.out)["run_id"], json.loads(answer.out)["holds"]) == (record["run_id"], True)


def test_another_machine_lists_the_run_and_opens_its_report(finished):
    shared, machine, record = finished
    third = machine("reading")
    [listed] = third.status()
    assert (listed["run_id"], listed["status"]) == (record["run_id"], "finished")
    assert listed["report"] == f"{shared.address}/runs/{record['run_id']}/report.html"
    page = Path(third("report").out.strip())
    assert page.is_relative_to(shared.caches / "reading")
    assert page.read_bytes() == shared.get(f"runs/{record['run_id']}/report.html")
    assert third.status()[0]["report"] == str(page)


def test_another_machine_finds_the_model_to_predict_by(finished, monkeypatch):
    shared, _, record = finished
    monkeypatch.setenv("MELANOMA_HOME", shared.address)
    monkeypatch.setenv("MELANOMA_CACHE", str(shared.caches / "predicting"))
    home = choose_home()
    assert (home.name, address_of(home)) == (f"s3+{shared.address[5:].replace('/', '+')}", shared.address)
    train = shared.get_json(f"artifacts/train/{record['stages']['train']['key']}/manifest.json")
    [sha256] = [file["sha256"] for file in train["files"] if file["name"] == "model.keras"]
    found = find_model("latest", home)
    assert (found.title, found.sha256) == (record["run_id"], sha256)
    assert find_model(record["run_id"][:15], choose_home(home)).sha256 == sha256


def test_a_model_that_one_machine_promotes_is_the_champion_of_another(finished, monkeypatch):
    shared, _, record = finished
    monkeypatch.setenv("MELANOMA_HOME", shared.address)
    monkeypatch.setenv("MELANOMA_CACHE", str(shared.caches / "promoting"))
    entry = promote_run(choose_home(), "latest", "it is the first", datetime(2026, 11, 25, tzinfo=UTC))
    monkeypatch.setenv("MELANOMA_CACHE", str(shared.caches / "asking"))
    champion = find_standing(choose_home())
    assert (champion.entry, champion.model.title) == (entry, record["run_id"])
    assert set(champion.read_predictions()["split"]) == {"validation", "calibration", "test"}


def _expect_one_line(answer, code, *words):
    assert answer.code == code, answer.err
    assert len(answer.err.splitlines()) == 1, answer.err
    assert answer.err.startswith("melanoma: home s3:")
    assert all(word in answer.err for word in words), answer.err


def test_a_bucket_that_is_not_there_is_said_so(at):
    answer = at("s3://nobodys-bucket/team")("status")
    _expect_one_line(answer, 2, "s3://nobodys-bucket/team", "there is no bucket nobodys-bucket", "make it")


def test_an_endpoint_that_cannot_be_reached_is_said_so(at, shared):
    unreachable = f"http://127.0.0.1:{free_port()}"
    answer = at(shared.address, AWS_ENDPOINT_URL=unreachable)("status")
    _expect_one_line(answer, 1, shared.address, unreachable, "check AWS_ENDPOINT_URL")


def test_a_bucket_without_permission_refuses_a_run_before_anything_is_made(at, shared, s3, drawn_set):
    machine = at(shared.address)
    with s3.asking_for_rights():
        answer = machine("run", "--data", drawn_set)
    _expect_one_line(answer, 1, shared.address, "access is denied", "s3:PutObject")
    assert shared.objects == []
    assert not (machine.user / "cache").exists()


def test_who_may_only_read_lists_and_plans_and_is_refused_a_run(at, shared, s3, drawn_set, tmp_path):
    open_run(RunFolder(shared.home("writer"), "20261125-120000-aaaaaaaa"), ABOUT)
    before = shared.objects
    reader = at(shared.address, **s3.make_reader())
    with s3.asking_for_rights():
        listed = reader("status", "--json")
        planned = reader("plan", "--data", drawn_set)
        refused = reader.start(code=OPENING).communicate(timeout=100)[1]
    assert [run["run_id"] for run in json.loads(listed.out)] == ["20261125-120000-aaaaaaaa"], listed.err
    assert "never made" in planned.out, planned.err
    assert "access is denied" in refused.splitlines()[-1]
    assert shared.objects == before


def test_missing_credentials_are_said_so(at, shared):
    answer = at(shared.address, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="", AWS_EC2_METADATA_DISABLED="true")(
        "status"
    )
    _expect_one_line(answer, 1, shared.address, "there are no credentials", "AWS_PROFILE")


def test_an_address_that_is_none_is_said_so(at):
    _expect_one_line(at("s3://Not_A_Bucket/team")("status"), 2, "s3://bucket/prefix")


def test_without_s3fs_the_extra_is_named(at, shared):
    process = at(shared.address).start(code=WITHOUT_S3FS)
    _, err = process.communicate(timeout=100)
    assert process.returncode == 2
    assert err.splitlines() == [f"melanoma: home {shared.address}: s3fs is not installed; install melanoma[s3]"]
