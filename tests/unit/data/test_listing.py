import hashlib
import os

import pytest

from melanoma.data.listing import find_files, isic_id_of, list_source
from melanoma.errors import SourceError, UsageError


@pytest.fixture
def source(tmp_path):
    files = {
        "Train/nevus/ISIC_0000002.jpg": b"two",
        "Train/melanoma/ISIC_0000001.PNG": b"one",
        "labels.csv": b"a,b\n",
        "Train/notes.csv": b"below the root",
        "README.md": b"text",
        ".hidden.jpg": b"hidden",
        ".cache/ISIC_0000003.jpg": b"hidden",
    }
    for name, content in files.items():
        path = tmp_path / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "source"


def test_images_and_tables_are_listed_by_name_with_size_and_sha256(source):
    listing = list_source(source)
    assert [(file.name, file.size, file.sha256) for file in listing.images] == [
        ("Train/melanoma/ISIC_0000001.PNG", 3, hashlib.sha256(b"one").hexdigest()),
        ("Train/nevus/ISIC_0000002.jpg", 3, hashlib.sha256(b"two").hexdigest()),
    ]
    assert [file.name for file in listing.tables] == ["Train/notes.csv", "labels.csv"]


def test_hidden_files_and_folders_are_passed_over(source):
    found, refused = find_files(source)
    assert refused == []
    assert [file.name for file in found] == [
        "README.md",
        "Train/melanoma/ISIC_0000001.PNG",
        "Train/nevus/ISIC_0000002.jpg",
        "Train/notes.csv",
        "labels.csv",
    ]


def test_a_moved_folder_is_the_same_data(source, tmp_path):
    before = list_source(source).digest
    assert list_source(source.rename(tmp_path / "moved")).digest == before


def test_the_digest_knows_every_name_and_every_byte(source):
    digests = {list_source(source).digest}
    (source / "Train/nevus/ISIC_0000002.jpg").write_bytes(b"twO")
    digests.add(list_source(source).digest)
    (source / "Train/nevus/ISIC_0000002.jpg").rename(source / "Train/nevus/ISIC_0000009.jpg")
    digests.add(list_source(source).digest)
    (source / "labels.csv").write_bytes(b"a,c\n")
    digests.add(list_source(source).digest)
    assert len(digests) == 4


def test_what_is_neither_image_nor_table_does_not_count(source):
    before = list_source(source).digest
    (source / "README.md").write_bytes(b"other text")
    assert list_source(source).digest == before


def test_links_to_folders_are_followed_once(source, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/ISIC_0000004.jpg").write_bytes(b"four")
    (source / "Train/linked").symlink_to(tmp_path / "elsewhere")
    (source / "Train/back").symlink_to(source)
    names = [file.name for file in list_source(source).images]
    assert names == [
        "Train/linked/ISIC_0000004.jpg",
        "Train/melanoma/ISIC_0000001.PNG",
        "Train/nevus/ISIC_0000002.jpg",
    ]


def test_a_broken_link_and_a_pipe_are_no_files(source):
    (source / "Train/nevus/gone.jpg").symlink_to("nowhere")
    os.mkfifo(source / "Train/nevus/pipe.jpg")
    assert len(list_source(source).images) == 2


def test_a_missing_folder_is_refused_by_its_name(tmp_path):
    with pytest.raises(UsageError) as refused:
        list_source(tmp_path / "none")
    assert (
        str(refused.value)
        == f"{tmp_path / 'none'}: no such folder or archive; give the folder or the .zip that holds the images"
    )


def test_a_file_is_no_folder(source):
    with pytest.raises(UsageError, match=r"labels\.csv: no such folder"):
        list_source(source / "labels.csv")


def test_a_folder_without_images_is_refused(tmp_path):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(SourceError) as refused:
        list_source(tmp_path)
    expected = "holds no image; expected .jpg or .png files, a folder per diagnosis or a CSV"
    assert str(refused.value) == f"{tmp_path}: {expected}"


def test_a_file_that_cannot_be_read_is_named(source, monkeypatch):
    def deny(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("melanoma.data.listing.digest_file", deny)
    with pytest.raises(
        SourceError, match=r"\.(PNG|jpg|csv): cannot be read \(Permission denied\); check its perm"
    ) as no:
        list_source(source)
    assert "\n" not in str(no.value)


def test_a_folder_that_cannot_be_read_is_named(source, monkeypatch):
    scandir = os.scandir

    def deny(path):
        if str(path).endswith("nevus"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr("os.scandir", deny)
    with pytest.raises(SourceError, match=r"nevus: cannot be read \(Permission denied\); check its permissions"):
        list_source(source)


def test_a_name_that_is_not_utf_8_is_refused_and_the_others_are_read(source):
    (source / "Train/nevus" / os.fsdecode(b"\xff.jpg")).write_bytes(b"x")
    listing = list_source(source)
    (refused,) = listing.refused
    assert (refused.name, refused.reason) == ("Train/nevus/\\udcff.jpg", "its name is not UTF-8; rename it")
    assert len(listing.images) == 2


@pytest.mark.parametrize(
    ("name", "isic_id"),
    [
        ("Train/nevus/ISIC_0000019 (1).jpg", "ISIC_0000019"),
        ("ISIC_0024306_downsampled.png", "ISIC_0024306"),
        ("ISIC_0000019/photo.jpg", None),
        ("ISIC_19.jpg", None),
    ],
)
def test_the_isic_id_is_read_from_the_files_name(name, isic_id):
    assert isic_id_of(name) == isic_id
