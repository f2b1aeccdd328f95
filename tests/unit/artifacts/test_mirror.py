from pathlib import Path

import pytest

from melanoma.artifacts.bucket import open_bucket
from melanoma.artifacts.mirror import address_of, mirror_folder, read_address
from melanoma.artifacts.store import ArtifactStore
from melanoma.errors import UsageError


@pytest.mark.parametrize(
    ("named", "address"),
    [
        ("s3://bucket/prefix", "s3://bucket/prefix"),
        ("s3://bucket/team/skin-2026/", "s3://bucket/team/skin-2026"),
        ("s3://bucket", "s3://bucket"),
        ("s3:/bucket/prefix", "s3://bucket/prefix"),  # what a path keeps of it
    ],
)
def test_an_address_is_read_as_a_user_gives_it(named, address):
    assert read_address(Path(named)) == address


@pytest.mark.parametrize("named", [".melanoma", "/data/home", "C:/data", "s3/bucket", "s3", "homes/s3:/x", "s3+bucket"])
def test_a_folder_is_no_address(named):
    assert read_address(Path(named)) is None


@pytest.mark.parametrize(
    "named",
    [
        "s3://",
        "s3:",
        "gs://bucket/prefix",
        "file:///data",
        "s3://Bucket/prefix",
        "s3://ab",  # a bucket's name has three characters
        "s3://bucket/../other",
        "s3://bucket/a*",
        "s3://bucket/a+b",
        "s3://bucket/größe",
        "s3://bucket/50%",
    ],
)
def test_what_is_neither_a_folder_nor_an_address_is_refused(named):
    with pytest.raises(UsageError, match=r"^home .*: neither a folder nor s3://bucket/prefix") as refused:
        read_address(Path(named))
    assert "\n" not in str(refused.value)


def test_an_address_that_is_too_long_for_a_folders_name_is_refused():
    assert read_address(Path("s3://bucket/" + "a" * 243)) is not None  # 5 + 6 + 1 + 243 = 255
    with pytest.raises(UsageError, match="is longer than 255 characters; give a shorter prefix"):
        read_address(Path("s3://bucket/" + "a" * 244))


@pytest.mark.parametrize("address", ["s3://bucket", "s3://bucket/prefix", "s3://my.bucket-1/a/b/c_d=e"])
def test_the_folder_of_an_address_tells_it(address):
    folder = mirror_folder(address, Path("/caches"))
    assert folder.parent == Path("/caches")
    assert "%" not in folder.name
    assert address_of(folder) == address


def test_two_addresses_have_two_folders():
    one, other = (mirror_folder(f"s3://bucket/{prefix}", Path("/caches")) for prefix in ("a/b", "a-b"))
    assert one != other


def test_a_home_that_is_a_folder_has_no_bucket(tmp_path):
    assert address_of(tmp_path) is None
    assert open_bucket(tmp_path) is None
    assert ArtifactStore(tmp_path).find("split", "0") is None


def test_a_home_in_a_bucket_knows_its_address_without_reaching_it(tmp_path):
    bucket = open_bucket(mirror_folder("s3://bucket/prefix", tmp_path))
    assert bucket is not None
    assert bucket.address == "s3://bucket/prefix"
    assert list(tmp_path.iterdir()) == []
