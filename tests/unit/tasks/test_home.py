"""Where the environment puts the home; nothing here reaches a bucket."""

from pathlib import Path

import pytest

from melanoma.artifacts.bucket import Bucket
from melanoma.artifacts.mirror import address_of
from melanoma.errors import BucketError, UsageError
from tasks.home import choose_home


@pytest.fixture
def environment(monkeypatch, tmp_path):
    for name in ("MELANOMA_HOME", "MELANOMA_CACHE", "XDG_CACHE_HOME", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return monkeypatch


@pytest.fixture
def asked(environment):
    """Let every bucket be there and empty; gives the addresses that were asked for."""
    asked = []
    environment.setattr(Bucket, "require_access", lambda bucket: asked.append(bucket.address))
    environment.setattr(Bucket, "entries", lambda *_: [])
    environment.setattr(Bucket, "read", lambda *_: None)
    return asked


def test_a_folder_is_the_home_as_it_was_named(environment):
    assert choose_home(Path("here")) == Path("here")
    assert choose_home(Path("/data/home")) == Path("/data/home")


def test_without_a_name_it_is_where_the_environment_says(environment, tmp_path):
    assert choose_home() == tmp_path / ".melanoma"
    environment.setenv("MELANOMA_HOME", "data")
    assert choose_home() == tmp_path / "data"
    environment.setenv("MELANOMA_HOME", "")
    assert choose_home() == tmp_path / ".melanoma"


def test_a_folder_is_left_as_it_is(environment, tmp_path):
    choose_home(tmp_path / "data")
    assert list(tmp_path.iterdir()) == []


def test_a_bucket_has_a_folder_among_the_users_caches(asked, environment, tmp_path):
    environment.setenv("MELANOMA_HOME", "s3://bucket/prefix")
    assert choose_home() == tmp_path / ".cache/melanoma/aws/s3+bucket+prefix"
    environment.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    assert choose_home() == tmp_path / "caches/melanoma/aws/s3+bucket+prefix"
    environment.setenv("MELANOMA_CACHE", "scratch")
    assert choose_home() == tmp_path / "scratch/aws/s3+bucket+prefix"
    assert asked == ["s3://bucket/prefix"] * 3


def test_buckets_of_one_name_at_two_endpoints_are_kept_apart(asked, environment):
    environment.setenv("AWS_ENDPOINT_URL", "https://minio.example.org:9000/")
    assert choose_home(Path("s3://bucket/prefix")).parent.name == "minio.example.org-9000"
    environment.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:5000")
    assert choose_home(Path("s3://bucket/prefix")).parent.name == "127.0.0.1-5000"


def test_the_folder_of_a_bucket_is_taken_for_the_bucket(asked, environment):
    home = choose_home(Path("s3://bucket/prefix"))
    assert choose_home(home) == home
    assert asked == ["s3://bucket/prefix"] * 2
    assert address_of(home) == "s3://bucket/prefix"


def test_a_bucket_that_refuses_leaves_nothing_here(environment, tmp_path):
    def refuse(bucket):
        raise BucketError(f"home {bucket.address}: access is denied")

    environment.setattr(Bucket, "require_access", refuse)
    with pytest.raises(BucketError, match="access is denied"):
        choose_home(Path("s3://bucket/prefix"))
    assert list(tmp_path.iterdir()) == []


def test_without_s3fs_the_extra_is_named(environment):
    environment.setattr("melanoma.artifacts.bucket.find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"^home s3://bucket: s3fs is not installed; install melanoma\[s3\]$"):
        choose_home(Path("s3://bucket"))


def test_an_address_of_another_kind_is_refused(environment):
    with pytest.raises(UsageError, match="neither a folder nor s3://bucket/prefix"):
        choose_home(Path("gs://bucket/prefix"))
