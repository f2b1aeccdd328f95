import json

import pytest

from melanoma.data.isic_archive.own_files import remove_own_file, write_own_files
from melanoma.errors import UsageError


def test_a_file_that_a_download_wrote_is_renewed(tmp_path):
    write_own_files(tmp_path, {"a.csv": b"1", "licenses/x.txt": b"2"})
    write_own_files(tmp_path, {"a.csv": b"3"})
    assert (tmp_path / "a.csv").read_bytes() == b"3"
    assert (tmp_path / "licenses" / "x.txt").read_bytes() == b"2"


def test_a_file_of_somebody_else_stops_all_writing(tmp_path):
    (tmp_path / "b.csv").write_bytes(b"mine")
    with pytest.raises(UsageError, match=r"b\.csv: no download wrote this file as it is; move it away and try again"):
        write_own_files(tmp_path, {"a.csv": b"1", "b.csv": b"2"})
    assert [path.name for path in tmp_path.iterdir()] == ["b.csv"]


def test_a_file_of_somebody_else_with_the_same_bytes_is_no_obstacle(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"1")
    write_own_files(tmp_path, {"a.csv": b"1"})


def test_a_cut_between_record_and_file_is_no_obstacle(tmp_path):
    write_own_files(tmp_path, {"a.csv": b"1"})
    write_own_files(tmp_path, {"a.csv": b"2"})
    (tmp_path / "a.csv").write_bytes(b"1")
    write_own_files(tmp_path, {"a.csv": b"3"})
    assert (tmp_path / "a.csv").read_bytes() == b"3"


def test_only_own_files_are_removed(tmp_path):
    write_own_files(tmp_path, {"a.csv": b"1", "b.csv": b"1"})
    (tmp_path / "b.csv").write_bytes(b"changed")
    (tmp_path / "c.csv").write_bytes(b"mine")
    for name in ("a.csv", "b.csv", "c.csv", "d.csv"):
        remove_own_file(tmp_path, name)
    assert sorted(path.name for path in tmp_path.glob("*.csv")) == ["b.csv", "c.csv"]


@pytest.mark.parametrize("record", [b"", b"[]", b"{", b"\xff"])
def test_a_damaged_record_makes_files_foreign_rather_than_replaced(tmp_path, record):
    write_own_files(tmp_path, {"a.csv": b"1"})
    (tmp_path / ".isic-download.json").write_bytes(record)
    with pytest.raises(UsageError, match="move it away"):
        write_own_files(tmp_path, {"a.csv": b"2"})


def test_the_record_is_json_of_digests(tmp_path):
    write_own_files(tmp_path, {"a.csv": b"1"})
    assert json.loads((tmp_path / ".isic-download.json").read_text()) == {
        "a.csv": ["6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"]  # printf 1 | sha256sum
    }
