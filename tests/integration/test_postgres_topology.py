"""The topology of `deployments/compose.yaml` as real processes: PostgreSQL, Prefect's server, two workers."""

import contextlib
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

DEADLINE_S = 120
POOL = "melanoma"
FLOW = """
from prefect import flow


@flow
def say_worker(number: int) -> int:
    return number
"""


def _binaries():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def _unprivileged():
    """Return a user that PostgreSQL may run as: ourselves, or, since it refuses root, an account without rights."""
    if os.geteuid():
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    pytest.skip("PostgreSQL does not run as root, and there is no account without rights")


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(condition, *processes):
    deadline = time.monotonic() + DEADLINE_S
    while True:
        with contextlib.suppress(OSError):
            found = condition()
            if found:
                return found
        assert all(process.poll() is None for process in processes), "a process ended"
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)


def _ask(url, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{url}{path}", data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or "null")


@pytest.fixture
def folder():
    """A short path, since a socket's may have 107 characters, that another user may pass through."""
    path = Path(f"/tmp/melanoma-pg-{os.getpid()}-{time.monotonic_ns()}")
    path.mkdir(mode=0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def start():
    """Start processes that end with the test, the last one first."""
    started = []

    def begin(arguments, log, *, end_by=signal.SIGTERM, **options):
        with log.open("wb") as stream:
            process = subprocess.Popen(arguments, stdout=stream, stderr=stream, start_new_session=True, **options)
        started.append((process, end_by))
        return process

    yield begin
    for process, end_by in reversed(started):
        process.send_signal(end_by)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def database(folder, start):
    """PostgreSQL on a free loopback port, as a user without rights; gives its address for Prefect."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("PostgreSQL's server is not installed: apt-get install postgresql")
    user, port, data = _unprivileged(), _free_port(), folder / "pg"
    data.mkdir(mode=0o700)
    options = {"cwd": data, "env": {"PATH": os.environ["PATH"], "LC_ALL": "C"}}
    if user:
        os.chown(data, user.pw_uid, user.pw_gid)
        options |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    making = [binaries / "initdb", "-D", data, "-U", "prefect", "-A", "trust", "--no-sync"]
    subprocess.run(making, check=True, capture_output=True, **options)
    settings = ["-h", "127.0.0.1", "-p", str(port), "-k", data, "-c", "fsync=off"]
    server = start(
        [binaries / "postgres", "-D", data, *settings], folder / "postgres.log", end_by=signal.SIGINT, **options
    )
    ready = [binaries / "pg_isready", "-h", "127.0.0.1", "-p", str(port)]
    _wait(lambda: subprocess.run(ready, capture_output=True, check=False).returncode == 0, server)
    return f"postgresql+asyncpg://prefect@127.0.0.1:{port}/postgres", server


def test_two_workers_carry_a_deployment_out_on_a_server_with_postgresql(command, database, folder, start):
    address, postgres = database
    port = _free_port()
    url = f"http://127.0.0.1:{port}/api"
    source = folder / "source"
    source.mkdir()
    (source / "cheap_flow.py").write_text(FLOW)
    environment = command.environment | {
        "PREFECT_API_URL": url,
        "PREFECT_API_DATABASE_CONNECTION_URL": address,
        "PREFECT_HOME": str(folder / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "DO_NOT_TRACK": "1",
        "PYTHONPATH": os.pathsep.join([str(source), str(command.source)]),
    }

    def prefect(name, *arguments):
        program = [sys.executable, "-m", "prefect", *arguments]
        return start(program, folder / f"{name}.log", env=environment, cwd=source)

    server = prefect("server", "server", "start", "--host", "127.0.0.1", "--port", str(port))
    _wait(lambda: _ask(url, "/health"), postgres, server)
    _ask(url, "/work_pools/", {"name": POOL, "type": "process"})
    workers = [prefect(name, "worker", "start", "--pool", POOL, "--name", name) for name in ("first", "second")]
    flow = _ask(url, "/flows/", {"name": "say-worker"})
    deployment = {
        "name": "cheap",
        "flow_id": flow["id"],
        "entrypoint": "cheap_flow.say_worker",
        "work_pool_name": POOL,
        "path": str(source),
    }
    made = _ask(url, "/deployments/", deployment)
    online = {"workers": {"status": {"any_": ["ONLINE"]}}}
    _wait(lambda: len(_ask(url, f"/work_pools/{POOL}/workers/filter", online)) == 2, *workers)
    run = _ask(url, f"/deployments/{made['id']}/create_flow_run", {"parameters": {"number": 6}})

    def ended():
        found = _ask(url, f"/flow_runs/{run['id']}")
        return found["state"]["type"] in {"COMPLETED", "FAILED", "CRASHED"} and found

    state = _wait(ended, postgres, server, *workers)["state"]
    assert state["type"] == "COMPLETED", state
    query = [
        _binaries() / "psql",
        "-h",
        "127.0.0.1",
        "-p",
        address.rpartition(":")[2].partition("/")[0],
        "-U",
        "prefect",
    ]
    told = subprocess.run(
        [*query, "-Atc", f"select state_type, run_count from flow_run where id = '{run['id']}'", "postgres"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "COMPLETED|1"
