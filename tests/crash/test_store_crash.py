"""Builds that are killed in the middle, and builds that two processes ask for at once."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from melanoma.artifacts.record import Recipe
from melanoma.artifacts.store import ArtifactStore, Made

ROOT = Path(__file__).resolve().parents[2]
RECIPE = Recipe("train", {"version": 1})

# Writes two files with a pause before, between or after them, and notes each build in a file beside the home.
SCRIPT = """
import json, sys, time
from pathlib import Path
from melanoma.artifacts import folder as folders
from melanoma.artifacts.record import Recipe
from melanoma.artifacts.store import ArtifactStore, Made

home, pause_at, seconds = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])

def pause(place):
    if place == pause_at:
        (home.parent / f"at {place}").touch()
        time.sleep(seconds)

def build(folder):
    with (home.parent / "builds").open("a") as log:
        log.write("built\\n")
    pause("the start")
    (folder / "a.txt").write_text("content")
    pause("the middle")
    (folder / "b.bin").write_bytes(bytes(10_000))
    pause("the end")
    return Made()

commit = ArtifactStore._commit
def slow_commit(self, building, folder):
    pause("the sealed folder")
    commit(self, building, folder)
    pause("the commit")
ArtifactStore._commit = slow_commit

obtained = ArtifactStore(home).obtain(Recipe("train", {"version": 1}), build)
print(json.dumps([obtained.artifact.digest, obtained.reused]))
"""


def start(home, pause_at="nowhere", seconds=60.0):
    command = [sys.executable, "-c", SCRIPT, str(home), pause_at, str(seconds)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def wait_for(path, process):
    deadline = time.monotonic() + 30
    while not path.exists():
        assert process.poll() is None, "the process ended before it came to where it was to be killed"
        assert time.monotonic() < deadline
        time.sleep(0.005)


def result_of(process):
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return tuple(json.loads(output))


def write_undisturbed(folder):
    (folder / "a.txt").write_text("content")
    (folder / "b.bin").write_bytes(bytes(10_000))
    return Made()


@pytest.fixture
def undisturbed_digest(tmp_path):
    return ArtifactStore(tmp_path / "undisturbed").obtain(RECIPE, write_undisturbed).artifact.digest


@pytest.mark.parametrize("place", ["the start", "the middle", "the end", "the sealed folder"])
def test_a_build_that_was_killed_is_repeated_with_the_same_digest(tmp_path, undisturbed_digest, place):
    home = tmp_path / "home"
    killed = start(home, place)
    wait_for(tmp_path / f"at {place}", killed)
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert ArtifactStore(home).find("train", RECIPE.key) is None
    assert result_of(start(home)) == (undisturbed_digest, False)
    assert list((home / "building").iterdir()) == []
    assert not (home / "damaged").exists()


def test_a_build_that_was_killed_after_its_commit_is_there(tmp_path, undisturbed_digest):
    home = tmp_path / "home"
    killed = start(home, "the commit")
    wait_for(tmp_path / "at the commit", killed)
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert result_of(start(home)) == (undisturbed_digest, True)


def test_a_killed_build_leaves_no_lock(tmp_path):
    home = tmp_path / "home"
    killed = start(home, "the middle")
    wait_for(tmp_path / "at the middle", killed)
    (lock,) = (home / "locks").iterdir()
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    with FileLock(lock, timeout=0):
        pass


def test_of_two_processes_at_once_one_builds_and_both_succeed(tmp_path, undisturbed_digest):
    home = tmp_path / "home"
    first = start(home, "the middle", 1.0)
    wait_for(tmp_path / "at the middle", first)
    second = start(home)
    assert sorted([result_of(first), result_of(second)]) == [(undisturbed_digest, False), (undisturbed_digest, True)]
    assert (tmp_path / "builds").read_text() == "built\n"


def test_who_waits_for_a_build_that_is_killed_builds_itself(tmp_path, undisturbed_digest):
    home = tmp_path / "home"
    killed = start(home, "the middle")
    wait_for(tmp_path / "at the middle", killed)
    waiting = start(home)
    time.sleep(0.5)
    assert waiting.poll() is None
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert result_of(waiting) == (undisturbed_digest, False)


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("a.txt", "deleted"),
        ("a.txt", "truncated"),
        ("b.bin", "changed"),
        ("manifest.json", "changed"),
        ("manifest.json", "deleted"),
        ("manifest.json", "truncated"),
    ],
)
def test_two_processes_that_meet_a_damaged_artifact_rebuild_it_once(tmp_path, undisturbed_digest, name, damage):
    store = ArtifactStore(tmp_path / "home")
    path = store.obtain(RECIPE, write_undisturbed).artifact.path(name)
    content = path.read_bytes()
    path.unlink()
    if damage != "deleted":
        path.write_bytes(content[:-1] if damage == "truncated" else content[:-2] + b"\x01" + content[-1:])
    both = [start(store.home), start(store.home)]
    assert sorted(result_of(process) for process in both) == [(undisturbed_digest, False), (undisturbed_digest, True)]
    assert (tmp_path / "builds").read_text() == "built\n"
    assert len(list((store.home / "damaged").iterdir())) == 1
