import hashlib
import os
import sqlite3
import time

import pytest

from melanoma.artifacts import known_digests
from melanoma.artifacts.known_digests import Digest, KnownDigests, look_at


class Reader:
    """Digests files and remembers which it was asked for."""

    def __init__(self, monkeypatch):
        self.read = []
        monkeypatch.setattr(known_digests, "digest_files", self)

    def __call__(self, paths):
        self.read += [path.name for path in paths]
        return [sha256(path) for path in paths]


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def reader(monkeypatch):
    return Reader(monkeypatch)


@pytest.fixture
def known(tmp_path):
    (tmp_path / "home").mkdir()
    return KnownDigests(tmp_path / "home")


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Three files that count as settled at once."""
    monkeypatch.setattr(known_digests, "_FINE_TICK_NS", -(10**12))
    paths = [tmp_path / f"{name}.bin" for name in "abc"]
    for path in paths:
        path.write_bytes(path.name.encode())
    return paths


def test_an_unchanged_file_is_read_once(known, files, reader):
    expected = [sha256(path) for path in files]
    assert known.digest_files(files) == known.digest_files(files) == expected
    assert reader.read == ["a.bin", "b.bin", "c.bin"]


def test_digests_come_in_the_order_asked_for_and_one_path_may_stand_twice(known, files, reader):
    a, b, _ = files
    known.digest_files([a])
    assert known.digest_files([b, a, b]) == [sha256(b), sha256(a), sha256(b)]


def test_a_file_with_another_content_of_the_same_size_and_time_is_read_again(known, files, reader):
    changed = files[1]
    times = (changed.stat().st_atime_ns, changed.stat().st_mtime_ns)
    known.digest_files(files)
    changed.write_bytes(b"B.bin")
    os.utime(changed, ns=times)
    assert known.digest_files(files)[1] == sha256(changed)
    assert reader.read[3:] == ["b.bin"]


def test_a_file_put_in_place_of_another_is_read_again(known, files, reader):
    a, b, _ = files
    known.digest_files([a])
    b.write_bytes(b"A.bin")
    os.utime(b, ns=(a.stat().st_atime_ns, a.stat().st_mtime_ns))
    b.replace(a)
    assert known.digest_files([a]) == [sha256(a)]
    assert reader.read == ["a.bin", "a.bin"]


def test_files_of_a_folder_that_was_moved_are_not_read_again(known, files, reader, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/x.bin").write_bytes(b"x")
    expected = known.digest_files([tmp_path / "folder/x.bin"])
    moved = (tmp_path / "folder").rename(tmp_path / "moved")
    assert known.digest_files([moved / "x.bin"]) == expected == [sha256(moved / "x.bin")]
    assert reader.read == ["x.bin"]


def test_a_file_that_was_just_written_is_read_again_the_next_time(known, tmp_path, reader, monkeypatch):
    monkeypatch.setattr(known_digests, "_FINE_TICK_NS", 10**12)
    path = tmp_path / "new.bin"
    path.write_bytes(b"1")
    known.digest_files([path])
    known.digest_files([path])
    assert reader.read == ["new.bin", "new.bin"]


def test_a_file_that_changes_while_it_is_read_is_read_again_the_next_time(known, files, monkeypatch):
    path, read = files[0], []

    def meddle(paths):
        read.append(len(paths))
        digests = [sha256(path) for path in paths]
        time.sleep(0.02)
        path.write_bytes(b"later")
        return digests

    monkeypatch.setattr(known_digests, "digest_files", meddle)
    known.digest_files([path])
    assert known.digest_files([path]) == [hashlib.sha256(b"later").hexdigest()]
    assert read == [1, 1]


def test_times_in_whole_milliseconds_are_those_of_a_coarse_clock(known, files, reader, monkeypatch):
    monkeypatch.setattr(known_digests, "_WHOLE_MS", 1)
    known.digest_files(files)
    known.digest_files(files)
    assert len(reader.read) == 6


def test_a_missing_file_is_an_error_that_names_it(known, files, tmp_path):
    with pytest.raises(FileNotFoundError) as missing:
        known.digest_files([*files, tmp_path / "none.bin"])
    assert missing.value.filename == str(tmp_path / "none.bin")


def test_without_a_home_every_file_is_read(tmp_path, files, reader):
    known = KnownDigests(tmp_path / "nowhere")
    assert known.digest_files(files) == known.digest_files(files)
    assert len(reader.read) == 6
    assert not (tmp_path / "nowhere").exists()


def test_a_damaged_memory_is_begun_anew(known, files, reader, tmp_path):
    (tmp_path / "home/digests.sqlite").write_bytes(b"no database" * 1000)
    for _ in range(3):
        assert known.digest_files(files) == [sha256(path) for path in files]
    assert len(reader.read) in {3, 6}
    with sqlite3.connect(tmp_path / "home/digests.sqlite") as database:
        assert database.execute("SELECT count(*) FROM files").fetchone() == (3,)
    database.close()


def test_what_is_remembered_of_another_state_is_not_believed(known, files, reader, tmp_path):
    known.digest_files(files)
    with sqlite3.connect(tmp_path / "home/digests.sqlite") as database:
        database.execute("UPDATE files SET state = 'another', sha256 = 'wrong'")
    database.close()
    assert known.digest_files(files) == [sha256(path) for path in files]


def test_members_of_an_archive_are_vouched_for_by_the_archive(known, files):
    asked = []

    def digest(names):
        asked.extend(names)
        return [name.upper() for name in names]

    members = dict.fromkeys(["a.bin/x", "a.bin/y"], look_at(files[0]))
    expected = {"a.bin/x": Digest("A.BIN/X", True), "a.bin/y": Digest("A.BIN/Y", True)}
    assert known.recall(members, digest) == known.recall(members, digest) == expected
    assert asked == ["a.bin/x", "a.bin/y"]
