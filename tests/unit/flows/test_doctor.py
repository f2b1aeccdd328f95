"""The doctor finds what is wrong, says how to mend it, and changes nothing."""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from importlib import import_module

import pytest
from packaging.requirements import Requirement

from flows.doctor import Examination, examine
from flows.doctor_check import Check, Place, ok, problem, warning
from flows.doctor_processes import holders, is_stopped, read_variable
from melanoma.discovery import discover

DEFAULTS = {
    "PATH": os.environ["PATH"],
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
}
KEY = "a" * 64


@pytest.fixture
def home(tmp_path):
    home = tmp_path / "home"
    for room in ("building", "damaged", "unfinished", "locks", "runs"):
        (home / room).mkdir(parents=True)
    home.chmod(0o700)
    return home


@pytest.fixture
def look(home):
    """Return a function that carries one check out on the home, with variables set beside the defaults."""

    def look(name, **variables):
        check = import_module(f"flows.doctor_checks.{name}").CHECK
        return list(check.examine(Place(home, DEFAULTS | variables)))

    return look


def _gone():
    """Return the id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def _leave_run(home, run_id, process, status="running"):
    folder = home / "runs" / run_id
    folder.mkdir()
    record = {"run_id": run_id, "status": status, "data": "d", "started_at": "t", "stages": {}}
    (folder / "run.json").write_text(json.dumps({**record, "host": socket.gethostname(), "process": process}))


def _everything(folder):
    return {path: (path.lstat().st_mode, path.read_bytes() if path.is_file() else b"") for path in folder.rglob("*")}


def test_every_check_finds_something_and_nothing_is_changed(home):
    (home / "building" / f"train-{KEY}").mkdir()
    (home / "locks" / f"train-{KEY}.lock").touch()
    before = _everything(home.parent)
    found = examine(Place(home, DEFAULTS))
    assert _everything(home.parent) == before
    assert {check.name for check, _ in found.findings} == {
        module.CHECK.name for module in discover("flows.doctor_checks")
    }
    assert all("\n" not in finding.text + finding.mend for _, finding in found.findings)
    assert all(bool(finding.mend) is (finding.level != "ok") for _, finding in found.findings)


def test_a_home_that_is_not_there_is_not_made(tmp_path):
    absent = tmp_path / "absent" / "home"
    found = examine(Place(absent, DEFAULTS))
    assert found.healthy
    assert not absent.parent.exists()


def test_only_a_problem_is_unhealthy_and_each_line_says_how_to_mend_it(home):
    check = Check("disk", 1, lambda place: iter(()))
    place = Place(home, {})
    fine = Examination(place, ((check, ok("room")), (check, warning("little room", "free some"))))
    bad = Examination(place, (*fine.findings, (check, problem("no room", "free more"))))
    assert (fine.healthy, bad.healthy) == (True, False)
    assert "PROBLEM  disk  no room" in bad.to_text()
    assert "-> free more" in bad.to_text()
    assert bad.to_text().endswith("1 problems, 1 warnings, 1 ok")
    assert bad.to_json()["results"][2] == {"check": "disk", "level": "problem", "text": "no room", "mend": "free more"}


def test_a_library_out_of_its_range_is_a_problem_with_its_reason():
    from flows.doctor_checks.versions import judge

    assert judge(Requirement("fastapi>=0.1")) is None
    assert judge(Requirement("no-such-library-here>=1")).text == "no-such-library-here is not installed (>=1)"
    found = judge(Requirement("fastapi<0.1"))
    assert found.level == "problem"
    assert "is not in <0.1; Prefect 3.8 refuses deployments" in found.text


def test_pins_of_other_systems_are_left_out():
    from flows.doctor_checks.lock import read_pins

    lines = ["a==1.0 \\", "    --hash=sha256:00", "b==2 ; sys_platform == 'none' \\", "    --hash=sha256:11"]
    text = "\n".join([*lines, "c==3 ; sys_platform != 'none'", ""])
    assert read_pins(text) == {"a": "1.0", "c": "3"}


def test_a_missing_extra_is_a_warning_that_says_what_does_not_work():
    from flows.doctor_checks.extras import judge

    assert judge("tune", []).level == "ok"
    found = judge("tune", ["optuna"])
    assert (found.level, found.mend) == ("warning", "pip install 'melanoma[tune]'")
    assert "melanoma tune does not start" in found.text


@pytest.mark.parametrize(("free_gb", "level"), [(0.9, "problem"), (1, "warning"), (9.9, "warning"), (10, "ok")])
def test_little_room_is_a_warning_and_too_little_a_problem(free_gb, level):
    from flows.doctor_checks.space import judge

    assert judge(free_gb, "/disk").level == level


def test_telemetry_that_the_user_has_switched_on_is_told(look):
    (found,) = look("telemetry", PREFECT_SERVER_ANALYTICS_ENABLED="True")
    assert (found.level, found.mend.partition(",")[0]) == ("warning", "unset PREFECT_SERVER_ANALYTICS_ENABLED")
    assert [found.level for found in look("telemetry")] == ["ok"]


def test_an_open_server_is_a_problem(look):
    (served,) = look("exposure", PREFECT_SERVER_API_HOST="0.0.0.0")
    (used,) = look("exposure", PREFECT_API_URL="https://prefect.hospital/api")
    (clear,) = look("exposure", PREFECT_API_URL="http://prefect.hospital/api", PREFECT_API_AUTH_STRING="u:p")
    assert (served.level, used.level, clear.level) == ("problem", "problem", "warning")
    assert "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED=true" in served.mend


def test_a_browser_is_looked_for_on_the_path(look, tmp_path):
    (absent,) = look("browser", PATH=str(tmp_path))
    (tmp_path / "chromium").touch(mode=0o755)
    (present,) = look("browser", PATH=str(tmp_path))
    assert (absent.level, present.level) == ("warning", "ok")


def test_a_home_that_others_can_read_is_a_warning(look, home):
    home.chmod(0o755)
    assert [(found.level, found.mend) for found in look("home")] == [("warning", f"chmod 700 {home}"), ("ok", "")]


def test_a_home_that_is_a_file_is_a_problem(tmp_path):
    from flows.doctor_checks.home import CHECK

    (tmp_path / "file").touch()
    (found,) = CHECK.examine(Place(tmp_path / "file", DEFAULTS))
    assert found.level == "problem"


def test_leftovers_are_told_with_their_sizes_unless_they_are_being_made(look, home):
    for room in ("building", "damaged"):
        (home / room / f"train-{KEY}").mkdir()
        (home / room / f"train-{KEY}" / "file").write_bytes(bytes(2_000_000))
    (home / "unfinished" / "train" / KEY).mkdir(parents=True)
    (home / "unfinished" / "train" / KEY / "epoch").write_bytes(b"1")
    texts = [found.text for found in look("leftovers")]
    assert [text.split(",")[0] for text in texts] == [
        "1 (2.0 MB) in building/",
        "1 (2.0 MB) in damaged/",
        "1 (0.0 MB) in unfinished/",
    ]
    with (home / "locks" / f"train-{KEY}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        levels = [found.level for found in look("leftovers")]
    assert levels == ["ok", "warning"]


@pytest.mark.skipif(not os.path.exists("/proc/locks"), reason="the system does not tell who holds a lock")  # noqa: PTH110
def test_a_lock_held_by_a_stopped_process_is_told_with_that_process(look, home):
    path = home / "locks" / f"train-{KEY}.lock"
    code = "import fcntl,sys,time; f=open(sys.argv[1],'w'); fcntl.flock(f,2); print(1,flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE)
    try:
        process.stdout.readline()
        assert holders(path) == [process.pid]
        assert [found.text for found in look("locks")] == ["1 held, 0 free"]
        process.send_signal(signal.SIGSTOP)
        while not is_stopped(process.pid):
            time.sleep(0.01)
        stopped, count = look("locks")
        assert f"kill -CONT {process.pid}" in stopped.mend
        assert count.text == "1 held, 0 free"
    finally:
        process.kill()
        process.communicate()
    assert [found.text for found in look("locks")] == ["0 held, 1 free"]


def test_a_run_whose_process_is_gone_is_told_and_others_are_not(look, home):
    _leave_run(home, "20260101-000000-aaaaaaaa", _gone())
    _leave_run(home, "20260102-000000-bbbbbbbb", os.getpid())
    _leave_run(home, "20260103-000000-cccccccc", _gone(), status="finished")
    (home / "runs" / "20260104-000000-dddddddd").mkdir()
    (home / "runs" / "20260104-000000-dddddddd" / "run.json").write_text("{")
    interrupted, unreadable, count = look("runs")
    assert "20260101-000000-aaaaaaaa says running" in interrupted.text
    assert "no readable run.json" in unreadable.text
    assert count.text == "4 runs, 1 running"


def test_a_flow_run_is_dead_where_its_run_here_no_longer_runs(home):
    from flows.doctor_checks.server_runs import is_dead

    place = Place(home, DEFAULTS)
    _leave_run(home, "20260101-000000-aaaaaaaa", _gone())
    _leave_run(home, "20260102-000000-bbbbbbbb", os.getpid())
    assert is_dead(place, "aaaaaaaa-0000-4000-8000-000000000000")
    assert not is_dead(place, "bbbbbbbb-0000-4000-8000-000000000000")
    assert not is_dead(place, "cccccccc-0000-4000-8000-000000000000")


@pytest.mark.skipif(not os.path.exists("/proc/self/environ"), reason="the system shows no processes")  # noqa: PTH110
def test_a_server_whose_run_is_gone_is_told(look, home, tmp_path):
    """A shell is the parent here, as process 1 would be: no Python that could have started a server."""
    code = f"{sys.executable} -c 'import time; time.sleep(60)' -m flows.prefect_server 127.0.0.1 1 & echo $!; wait"
    shell = subprocess.Popen(
        ["/bin/sh", "-c", code], stdout=subprocess.PIPE, text=True, env={"MELANOMA_HOME": str(home)}
    )
    server = int(shell.stdout.readline())
    try:
        while read_variable(server, "MELANOMA_HOME") is None or not any("kill -9" in f.mend for f in look("servers")):
            time.sleep(0.01)
    finally:
        os.kill(server, signal.SIGKILL)
        shell.communicate()
    assert [found.text for found in look("servers")] == ["0 Prefect servers of this home run"]


def test_an_address_that_does_not_answer_is_a_problem_and_an_old_note_a_warning(look, home):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}/api"
    (home / "server.json").write_text(json.dumps({"url": url}))
    named, noted, _ = look("servers", PREFECT_API_URL=url)
    assert (named.level, noted.level) == ("problem", "warning")


def test_a_tracker_that_does_not_answer_and_runs_that_it_was_not_told_of_are_warnings(home, look):
    assert [finding.level for finding in look("tracking")] == ["ok"]
    _leave_run(home, "20260101-000000-aaaaaaaa", os.getpid(), "finished")
    path = home / "runs" / "20260101-000000-aaaaaaaa" / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"mlflow": {"problem": "not logged"}}))
    (home / "runs" / "20260102-000000-bbbbbbbb").mkdir()
    (home / "runs" / "20260102-000000-bbbbbbbb" / "run.json").write_text("{")
    away, missed = look("tracking", MLFLOW_TRACKING_URI="http://me:secret@127.0.0.1:9")
    assert away.text == "MLFLOW_TRACKING_URI=http://127.0.0.1:9 does not answer; runs are finished and not logged"
    assert missed.text == "1 runs were not logged to MLflow, the last: 20260101-000000-aaaaaaaa"
    assert missed.mend == "melanoma track 20260101-000000-aaaaaaaa"


def test_a_tracker_that_answers_is_fine_and_a_password_in_the_clear_is_not(look, monkeypatch):
    from flows.doctor_checks import tracking

    monkeypatch.setattr(tracking, "_answers", lambda url: True)
    assert [finding.level for finding in look("tracking", MLFLOW_TRACKING_URI="http://127.0.0.1:5000")] == ["ok"]
    assert [finding.level for finding in look("tracking", MLFLOW_TRACKING_URI="https://me:x@track.example")] == ["ok"]
    for uri, more in (("http://me:x@track.example", {}), ("http://track.example", {"MLFLOW_TRACKING_TOKEN": "t"})):
        (found,) = look("tracking", MLFLOW_TRACKING_URI=uri, **more)
        assert found.text == "MLFLOW_TRACKING_URI=http://track.example carries the password in the clear"
