import stat
import struct
import zipfile

import pytest

from melanoma.data.containers.container import Member
from melanoma.data.containers.zip_archive import ZipArchive
from melanoma.errors import SourceError

UNPACK = "; unpack the archive yourself and look at it"


@pytest.fixture
def archive(tmp_path):
    """Return a writer of archives: of entries, each a name or a ZipInfo, and bytes."""

    def write(entries, compression=zipfile.ZIP_DEFLATED):
        path = tmp_path / "set.zip"
        with zipfile.ZipFile(path, "w", compression) as file:
            for entry, content in entries:
                file.writestr(entry, content)
        return path

    return write


def contents(path):
    with ZipArchive(path) as opened:
        return opened.contents()


def reasons(path):
    return {file.name: file.reason for file in contents(path).refused}


def test_members_are_read_under_their_names(archive):
    path = archive([("Train/nevus/a.jpg", b"one"), ("labels.csv", b"two")])
    assert contents(path).members == (Member("Train/nevus/a.jpg", 3), Member("labels.csv", 3))
    with ZipArchive(path) as opened:
        assert [opened.read("Train/nevus/a.jpg"), opened.read("labels.csv")] == [b"one", b"two"]


def test_folders_and_what_systems_make_for_themselves_are_passed_over(archive):
    path = archive([("nevus/", b""), ("__MACOSX/nevus/._a.jpg", b"x"), (".DS_Store", b"x"), ("nevus/.a.jpg", b"x")])
    assert contents(path).members == contents(path).refused == ()


def test_names_with_backslashes_are_folders(archive):
    path = archive([("nevus\\a.jpg", b"one")])
    with ZipArchive(path) as opened:
        assert opened.contents().members == (Member("nevus/a.jpg", 3),)
        assert opened.read("nevus/a.jpg") == b"one"


@pytest.mark.parametrize(
    "name", ["../a.jpg", "nevus/../../a.jpg", "/etc/a.jpg", "C:/a.jpg", "..\\a.jpg", "\\\\host\\a.jpg"]
)
def test_a_name_that_leads_out_of_the_archive_is_refused(archive, name):
    path = archive([(name, b"x"), ("b.jpg", b"y")])
    assert reasons(path) == {name.replace("\\", "/"): "its name leads out of the archive" + UNPACK}
    assert contents(path).members == (Member("b.jpg", 1),)


def test_a_link_is_refused(archive):
    link = zipfile.ZipInfo("a.jpg")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert reasons(archive([(link, b"/etc/passwd")])) == {"a.jpg": "a link" + UNPACK}


def test_an_encrypted_member_is_refused(archive):
    path = archive([("a.jpg", b"secret")])
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.index(signature) + offset
        content[place] |= 1
    path.write_bytes(content)
    assert reasons(path) == {"a.jpg": "encrypted" + UNPACK}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_refused_and_said_for_each(archive):
    path = archive([("a.jpg", b"one"), ("a.jpg", b"two"), ("A.JPG", b"three")])
    assert [file.name for file in contents(path).refused] == ["a.jpg", "a.jpg"]
    assert contents(path).members == (Member("A.JPG", 5),)


def test_a_member_that_swells_out_of_proportion_is_refused(archive):
    path = archive([("a.jpg", bytes(20_000_000)), ("b.jpg", bytes(1_000_000))], zipfile.ZIP_BZIP2)
    ((name, reason),) = reasons(path).items()
    assert name == "a.jpg"
    assert reason.startswith("swells to ")
    assert reason.endswith(" times its size, as a zip bomb does" + UNPACK)
    assert contents(path).members == (Member("b.jpg", 1_000_000),)


def test_members_that_share_bytes_are_refused(archive):
    path = archive([("a.jpg", b"x" * 500), ("b.jpg", b"y" * 500)], zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    directory = content.index(b"PK\x01\x02")
    second = content.index(b"PK\x01\x02", directory + 4)
    content[second + 42 : second + 46] = struct.pack("<L", 10)  # its header now begins within the first member
    path.write_bytes(content)
    assert reasons(path) == dict.fromkeys(
        ["a.jpg", "b.jpg"], "shares bytes with another member, as in a zip bomb" + UNPACK
    )


def test_a_declared_size_that_is_too_large_is_refused_without_reading(archive):
    path = archive([("a.jpg", b"x")])
    content = bytearray(path.read_bytes())
    place = content.index(b"PK\x01\x02") + 24
    content[place : place + 4] = struct.pack("<L", (1 << 32) - 2)
    path.write_bytes(content)
    assert reasons(path) == {"a.jpg": "larger than 1 GiB, more than an image can be" + UNPACK}


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04cut off"], ids=["empty", "text", "cut"])
def test_what_is_no_whole_archive_is_said(tmp_path, content):
    (tmp_path / "set.zip").write_bytes(content)
    with pytest.raises(SourceError, match=r"^not a whole ZIP archive; fetch it again$"):
        ZipArchive(tmp_path / "set.zip")


def test_a_damaged_member_is_said_and_the_others_are_read(archive):
    path = archive([("a.jpg", b"x" * 100), ("b.jpg", b"y" * 100)], zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"x" * 100, b"x" * 50 + b"z" * 50))
    with ZipArchive(path) as opened:
        with pytest.raises(SourceError, match=r"^damaged in the archive \(Bad CRC-32.*\); fetch the archive again$"):
            opened.read("a.jpg")
        assert opened.read("b.jpg") == b"y" * 100
