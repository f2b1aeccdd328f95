from pathlib import Path

import pytest

from melanoma.artifacts.record import Artifact, Part, Recipe, StoredFile, content_digest
from melanoma.fingerprint import digest_value

INGREDIENTS = {"version": 1, "config": {"train": {"epochs": 5}}, "inputs": {"split": "aa"}, "seed": 1}
A, B = StoredFile("a.json", 3, "0" * 64), StoredFile("b.npy", 5, "1" * 64)
PARTS = (Part("shard", "key 1", "digest 1"), Part("shard", "key 2", "digest 2"))


def test_a_key_is_the_digest_of_stage_and_ingredients():
    assert Recipe("train", INGREDIENTS).key == digest_value({"stage": "train", **INGREDIENTS})


def test_a_key_does_not_depend_on_the_order_of_ingredients():
    assert Recipe("train", dict(reversed(INGREDIENTS.items()))).key == Recipe("train", INGREDIENTS).key


def test_a_content_digest_is_that_of_files_and_parts_alone():
    assert content_digest((B, A), PARTS) == content_digest((A, B), PARTS)
    others = [((A,), PARTS), ((A, B), PARTS[:1]), ((A, B), PARTS[::-1]), ((A, StoredFile("c.npy", 5, "1" * 64)), PARTS)]
    assert content_digest((A, B), PARTS) not in {content_digest(files, parts) for files, parts in others}


def test_a_part_counts_by_its_content_and_not_by_its_key():
    moved = (Part("shard", "another key", "digest 1"), PARTS[1])
    assert content_digest((A,), moved) == content_digest((A,), PARTS)


def test_a_part_lies_beside_the_artifact_in_the_same_store():
    artifact = Artifact("ingest", "k", "d", Path("/home/artifacts/ingest/k"), PARTS)
    assert artifact.part_folder(PARTS[0]) == Path("/home/artifacts/shard/key 1")
    assert artifact.path("a.json") == Path("/home/artifacts/ingest/k/a.json")


def test_an_artifact_reads_its_json(tmp_path):
    (tmp_path / "a.json").write_text('{"n": [1, null]}')
    assert Artifact("s", "k", "d", tmp_path).read_json("a.json") == {"n": [1, None]}


def test_an_artifact_cannot_be_changed():
    with pytest.raises(AttributeError):
        Artifact("s", "k", "d", Path()).digest = "e"
