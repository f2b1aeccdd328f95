"""Processes that a test starts, that end with it, and that it waits for."""

import contextlib
import os
import signal
import socket
import subprocess
import time

import pytest

DEADLINE_S = 400


def free_port():
    """Return a loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, *processes):
    """Return what a condition gives once that is true; an OSError is a server that is not there yet."""
    deadline = time.monotonic() + DEADLINE_S
    while True:
        with contextlib.suppress(OSError):
            if found := condition():
                return found
        assert all(process.poll() is None for process in processes), "a process ended"
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)


def end(process, by):
    """End a process that leads a group of its own, and what is left of the group."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(by)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(60)
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def starting():
    """Give a starter of processes, which end with the context, the last one first.

    They are killed, which takes no time; ``end_by`` is for what has to leave something in order.
    """
    started = []

    def begin(arguments, log, *, end_by=signal.SIGKILL, **options):
        with log.open("wb") as stream:
            process = subprocess.Popen(arguments, stdout=stream, stderr=stream, start_new_session=True, **options)
        started.append((process, end_by))
        return process

    try:
        yield begin
    finally:
        for process, by in reversed(started):
            end(process, by)


@pytest.fixture(scope="module")
def start_lasting():
    """Start processes that end with the module; see `starting`."""
    with starting() as begin:
        yield begin


@pytest.fixture
def start_process():
    """Start processes that end with the test; see `starting`."""
    with starting() as begin:
        yield begin
