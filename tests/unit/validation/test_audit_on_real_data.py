"""What the audit finds in the nine-class set, against numbers counted here by hashlib from the folder alone."""

import hashlib
from collections import defaultdict
from pathlib import Path

import pytest

from melanoma.config.ingest import IngestConfig
from melanoma.config.split import SplitConfig
from melanoma.config.validate import ValidateConfig
from melanoma.data.manifest import assemble
from melanoma.data.recognise import read_set
from melanoma.data.shards import plan_shards, write_shard
from melanoma.data.sources import list_sources
from melanoma.data.split import prove_split, split_images
from melanoma.validation.audit import audit_images
from melanoma.validation.finding import Evidence


@pytest.fixture(scope="module")
def nine_classes(shared_data):
    return shared_data / "skin-cancer-9-classes"


@pytest.fixture(scope="module")
def catalogue(nine_classes, tmp_path_factory):
    sources = list_sources([nine_classes])
    plans = plan_shards(sources.images, 1000)
    folders = [tmp_path_factory.mktemp("shard") for _ in plans]
    for plan, folder in zip(plans, folders, strict=True):
        write_shard(plan, IngestConfig(size_px=32), folder)
    return assemble(sources, read_set(sources).labels, folders)


@pytest.fixture(scope="module")
def audit(catalogue):
    return audit_images(Evidence(catalogue.manifest, catalogue.quarantine), ValidateConfig())


@pytest.fixture(scope="module")
def by_content(nine_classes):
    """The paths of each content that more than one file has: the independent count."""
    files = defaultdict(list)
    for path in sorted(nine_classes.rglob("*.jpg")):
        files[hashlib.sha256(path.read_bytes()).digest()].append(path.relative_to(nine_classes).as_posix())
    return [paths for paths in files.values() if len(paths) > 1]


def in_two(place, contents):
    """Return the contents whose files stand in more than one folder at some depth: 0 is Train or Test, 1 the class."""
    return [paths for paths in contents if len({Path(path).parts[place] for path in paths}) > 1]


def names(contents):
    return sorted(path for paths in contents for path in paths)


def test_every_file_is_read(catalogue, nine_classes):
    assert sorted(catalogue.manifest["image_id"]) == sorted(
        path.relative_to(nine_classes).as_posix() for path in nine_classes.rglob("*.jpg")
    )
    assert len(catalogue.quarantine) == 0
    assert catalogue.manifest["diagnosis"].nunique() == 9


def test_pictures_that_exist_twice_are_found(audit, by_content):
    assert sorted(audit.findings["exact_duplicate"].images) == names(by_content)
    assert (len(by_content), len(names(by_content))) == (159, 318)


def test_pictures_under_two_diagnoses_are_found(audit, by_content):
    disputed = in_two(1, by_content)
    assert sorted(audit.findings["label_conflict"].excluded) == names(disputed)
    assert (len(disputed), len(names(disputed))) == (155, 310)


def test_pictures_in_train_and_test_are_found(audit, by_content):
    shared = in_two(0, by_content)
    assert sorted(audit.findings["image_in_train_and_test"].images) == names(shared)
    assert (len(shared), len(names(shared))) == (18, 36)


def test_after_the_audit_each_picture_is_there_once_and_no_group_crosses(audit, catalogue, by_content):
    rows = catalogue.manifest.assign(excluded_because=audit.excluded_because(catalogue.manifest))
    kept = rows[rows["excluded_because"].isna()]
    # every disputed file leaves, and of each other picture that exists twice one file
    expected = len(rows) - len(names(in_two(1, by_content))) - (len(by_content) - len(in_two(1, by_content)))
    assert len(kept) == kept["sha256"].nunique() == expected
    assert prove_split(split_images(rows, SplitConfig(), 123)).crossing == ()


def test_diagnoses_that_the_audit_leaves_no_test_image_of_are_said(audit, catalogue, nine_classes, by_content):
    rows = catalogue.manifest.assign(excluded_because=audit.excluded_because(catalogue.manifest))
    disputed = set(names(in_two(1, by_content)))
    left = {
        path.parent.name
        for path in (nine_classes / "Test").rglob("*.jpg")
        if path.relative_to(nine_classes).as_posix() not in disputed
    }
    absent = prove_split(split_images(rows, SplitConfig(), 123)).absent
    assert set(absent["test"]) == set(catalogue.manifest["diagnosis"]) - left == {"seborrheic keratosis"}
    assert absent["train"] == ()
