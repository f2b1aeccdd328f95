import json
import os
import stat

import pytest

from melanoma.artifacts.folder import open_artifact, read_manifest, seal
from melanoma.artifacts.record import Made, Part, Recipe
from melanoma.errors import ArtifactDamaged

RECIPE = Recipe("train", {"version": 1, "config": {"train": {"epochs": 5}}})
PARTS = (Part("shard", "k", "d"),)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "made"
    (made / "inner").mkdir(parents=True)
    (made / "model.keras").write_bytes(b"weights" * 1000)
    (made / "inner/history.json").write_text("{}")
    seal(made, RECIPE, Made({"epochs": 5}, PARTS, {"run_id": "r"}))
    return made


def damage(path, content):
    path.chmod(0o644)
    path.write_bytes(content)


def test_a_sealed_folder_opens_as_what_was_sealed(folder):
    artifact = open_artifact(folder)
    assert (artifact.stage, artifact.key, artifact.folder) == ("train", RECIPE.key, folder)
    assert (artifact.parts, artifact.summary, artifact.made_by) == (PARTS, {"epochs": 5}, {"run_id": "r"})


def test_a_manifest_names_every_file_with_size_and_sha256(folder):
    manifest = read_manifest(folder)
    assert [(file["name"], file["size"]) for file in manifest["files"]] == [
        ("inner/history.json", 2),
        ("model.keras", 7000),
    ]
    assert manifest["ingredients"] == RECIPE.ingredients


def test_sealed_files_are_read_only(folder):
    assert {path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_file()} == {0o444}


def test_a_file_is_not_changed_again_once_it_is_durable_so_that_it_settles_meanwhile(tmp_path, monkeypatch):
    (tmp_path / "pixels.npy").write_bytes(b"pixels")
    modes, sync = [], os.fsync

    def note(descriptor):
        modes.append(os.fstat(descriptor).st_mode)
        sync(descriptor)

    monkeypatch.setattr("os.fsync", note)
    seal(tmp_path, RECIPE, Made())
    assert [mode & 0o777 for mode in modes if stat.S_ISREG(mode)] == [0o444, 0o444]  # the pixels and the manifest


def test_the_digest_knows_content_and_not_its_maker(tmp_path, folder):
    digests = []
    for name, text, maker in (("a", "{}", "r"), ("b", "{}", "s"), ("c", "{ }", "r")):
        made = tmp_path / name
        made.mkdir()
        (made / "x.json").write_text(text)
        seal(made, RECIPE, Made({"by": maker}, made_by={"run_id": maker}))
        digests.append(open_artifact(made).digest)
    assert digests[0] == digests[1] != digests[2]


def test_a_summary_that_json_would_not_give_back_as_it_was_still_seals(tmp_path):
    seal(tmp_path, RECIPE, Made({"shards": {2: "é", 10: "a"}}))
    assert read_manifest(tmp_path)["summary"] == {"shards": {"2": "é", "10": "a"}}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"model\.keras has 0 bytes, expected 7000"),
        (b"weights" * 999, r"model\.keras has 6993 bytes, expected 7000"),
        (b"Weights" * 1000, r"model\.keras was changed"),
        (None, r"model\.keras is missing"),
    ],
)
def test_a_damaged_file_is_named(folder, content, message):
    path = folder / "model.keras"
    if content is None:
        path.unlink()
    else:
        damage(path, content)
    with pytest.raises(ArtifactDamaged, match=f"made/{message}; it will be rebuilt") as damaged:
        open_artifact(folder)
    assert "\n" not in str(damaged.value)


@pytest.mark.parametrize(
    "content",
    [None, b"", b"{", b"null", b'"text"', b"[]", b"{}", b"\xff\xfe", b"[" * 100_000, b'{"seal": "x", "loss": NaN}'],
    ids=["none", "empty", "cut", "null", "text", "list", "object", "not UTF-8", "deep", "NaN"],
)
def test_a_manifest_that_is_none_is_damage_and_not_a_crash(folder, content):
    if content is None:
        (folder / "manifest.json").unlink()
    else:
        damage(folder / "manifest.json", content)
    with pytest.raises(ArtifactDamaged, match=r"made: the manifest (is missing or unreadable|was changed); it will be"):
        open_artifact(folder)


@pytest.mark.parametrize(
    ("name", "value"),
    [("digest", "0" * 64), ("stage", "split"), ("summary", {}), ("files", []), ("parts", []), ("seal", "0")],
)
def test_a_changed_manifest_is_noticed_by_its_seal(folder, name, value):
    manifest = json.loads((folder / "manifest.json").read_text())
    damage(folder / "manifest.json", json.dumps(manifest | {name: value}).encode())
    with pytest.raises(ArtifactDamaged, match="made: the manifest was changed; it will be rebuilt"):
        open_artifact(folder)


def test_a_manifest_written_in_another_order_is_the_same(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    damage(folder / "manifest.json", json.dumps(dict(reversed(manifest.items()))).encode())
    assert open_artifact(folder).key == RECIPE.key


def test_where_content_is_kept_takes_no_part_in_the_digest(tmp_path):
    digests = set()
    for number, place in enumerate(("shard 1", "shard 2")):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "manifest.parquet").write_text("content")
        (folder / "places.parquet").write_text(place)
        seal(folder, RECIPE, Made(parts=(Part(place, place, place),), placement=("places.parquet",)))
        digests.add(open_artifact(folder).digest)
        assert open_artifact(folder).parts == (Part(place, place, place),)
        (folder / "places.parquet").chmod(0o644)
        (folder / "places.parquet").write_text("elsewhere")
        with pytest.raises(ArtifactDamaged):
            open_artifact(folder)
    assert len(digests) == 1
