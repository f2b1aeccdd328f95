"""What ends a command unexpectedly is one line, which tells a full disk from all else."""

import errno
import shutil
from collections import namedtuple

import pytest

from flows import command_line
from melanoma.errors import DiskFull

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def end(monkeypatch, tmp_path, capsys):
    """Let a command end with a problem on a disk with some free bytes; return its exit code and its line."""

    def ended(problem, free):
        def fail(**_):
            raise problem

        with monkeypatch.context() as patched:
            patched.setenv("MELANOMA_HOME", str(tmp_path))
            patched.setattr(command_line, "app", fail)
            patched.setattr(shutil, "disk_usage", lambda place: Usage(9 << 30, (9 << 30) - free, free))
            with pytest.raises(SystemExit) as code:
                command_line.main()
        return code.value.code, capsys.readouterr().err

    return ended


def test_a_full_disk_is_told_with_the_home(end, tmp_path):
    line = f"melanoma: no space left on the disk of {tmp_path}; free some and run again\n"
    assert end(OSError(errno.ENOSPC, "No space left on device"), free=8 << 30) == (1, line)


def test_what_a_server_without_space_makes_of_it_is_told_as_a_full_disk_too(end, tmp_path):
    code, line = end(RuntimeError("Server error '500 Internal Server Error'"), free=4096)
    assert (code, line) == (1, f"melanoma: no space left on the disk of {tmp_path}; free some and run again\n")
    _, otherwise = end(RuntimeError("Server error '500 Internal Server Error'"), free=8 << 30)
    assert otherwise.startswith("melanoma: RuntimeError: Server error '500")


def test_our_own_line_is_given_as_it_is_however_full_the_disk(end):
    assert end(DiskFull("/srv: no space; free some"), free=0) == (1, "melanoma: /srv: no space; free some\n")
