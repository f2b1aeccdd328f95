"""A real PostgreSQL for a test: started on a free loopback port, as a user without rights, in a folder of its own."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.processes import DEADLINE_S, free_port, wait_for


def find_binaries():
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


@dataclass(frozen=True)
class Database:
    """A server of its own: where it listens, its process, and how that is started."""

    port: int
    server: subprocess.Popen
    start: Callable[[], subprocess.Popen]

    def address(self, driver=""):
        """Return its address for SQLAlchemy."""
        return f"postgresql{driver}://prefect@127.0.0.1:{self.port}/postgres"

    def stop(self):
        """End it as an administrator does for a restart: every connection is cut."""
        self.server.send_signal(signal.SIGINT)
        self.server.wait(DEADLINE_S)

    def start_again(self):
        """Return the same database with a new process, once it answers."""
        return replace(self, server=self.start())

    def query(self, statement):
        """Return what psql prints."""
        program = [find_binaries() / "psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "prefect"]
        done = subprocess.run([*program, "-Atc", statement, "postgres"], capture_output=True, text=True, check=True)
        return done.stdout.strip()


@pytest.fixture
def short_folder():
    """A short path, since a socket's may have 107 characters, that another user may pass through."""
    path = Path(f"/tmp/melanoma-pg-{os.getpid()}-{time.monotonic_ns()}")
    path.mkdir(mode=0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def postgres(short_folder, start_process):
    """PostgreSQL on a free loopback port, as a user without rights; gives where it is."""
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL's server is not installed: apt-get install postgresql")
    user, port, data = _unprivileged(), free_port(), short_folder / "pg"
    data.mkdir(mode=0o700)
    options = {"cwd": data, "env": {"PATH": os.environ["PATH"], "LC_ALL": "C"}}
    if user:
        os.chown(data, user.pw_uid, user.pw_gid)
        options |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    making = [binaries / "initdb", "-D", data, "-U", "prefect", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run(making, check=True, capture_output=True, **options)
    settings = ["-h", "127.0.0.1", "-p", str(port), "-k", data, "-c", "fsync=off"]
    program = [binaries / "postgres", "-D", data, *settings]
    ready = [binaries / "pg_isready", "-h", "127.0.0.1", "-p", str(port)]

    def start():
        server = start_process(program, short_folder / "postgres.log", end_by=signal.SIGINT, **options)
        wait_for(lambda: subprocess.run(ready, capture_output=True, check=False).returncode == 0, server)
        return server

    return Database(port, start(), start)
