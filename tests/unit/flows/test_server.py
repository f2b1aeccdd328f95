"""A server that ends while it starts says why: its port is taken, or its disk is full."""

import errno
import shutil
import subprocess
import sys
from collections import namedtuple

import pytest

from flows.server import ServerPlace, is_full, start_temporary_server
from melanoma.errors import MelanomaError

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def wait(monkeypatch, tmp_path):
    """What waits for a server whose process ends at once."""
    monkeypatch.setenv("MELANOMA_HOME", str(tmp_path))
    monkeypatch.setenv("PREFECT_API_URL", "")  # it is set anew, and put back afterwards
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    monkeypatch.setattr("flows.server._start_server", lambda at, settings: ended)
    yield start_temporary_server()
    monkeypatch.undo()


def test_a_disk_without_room_for_its_database_is_a_full_disk_and_no_taken_port(wait, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda place: Usage(3 << 20, 2 << 20, 1 << 20))
    with pytest.raises(OSError, match="No space left") as caught:
        wait()
    assert caught.value.errno == errno.ENOSPC


def test_where_there_is_room_the_port_is_asked_about(wait, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda place: Usage(9 << 20, 1 << 20, 8 << 20))
    with pytest.raises(MelanomaError, match="the Prefect server ended at once; is the port taken"):
        wait()


@pytest.mark.parametrize("home", ["nowhere", "s3://bucket/home"])
def test_a_home_that_is_no_folder_here_is_not_full(home):
    assert not is_full(home)


def test_the_address_is_that_of_this_machine():
    assert ServerPlace("127.0.0.1", 4200).url == "http://127.0.0.1:4200/api"
