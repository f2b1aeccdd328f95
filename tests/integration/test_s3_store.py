"""Artifacts that several machines share through a bucket; a machine is a folder of its own."""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from melanoma.artifacts.bucket import Bucket
from melanoma.artifacts.record import Made, Part, Recipe
from melanoma.artifacts.store import ArtifactStore
from melanoma.errors import ArtifactDamaged, BucketError
from melanoma.fingerprint import digest_value

REPOSITORY = Path(__file__).resolve().parents[2]
RECIPE = Recipe("split", {"version": 1})
DEADLINE_S = 60
UPLOADING = """
import sys
from pathlib import Path
from melanoma.artifacts.bucket import Bucket
from melanoma.artifacts.record import Made, Recipe
from melanoma.artifacts.store import ArtifactStore

upload = Bucket.upload


def hang_on_the_second(self, path, name):
    if name.endswith("b.txt"):
        print("hanging", flush=True)
        sys.stdin.read()
    upload(self, path, name)


Bucket.upload = hang_on_the_second


def build(folder):
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(name)
    return Made()


ArtifactStore(Path(sys.argv[1])).obtain(Recipe("split", {"version": 1}), build)
"""


class Builder:
    """Writes two files and counts how often it was asked to."""

    def __init__(self, text="a.txt", parts=()):
        self.text, self.parts, self.calls = text, parts, 0

    def __call__(self, folder):
        self.calls += 1
        (folder / "a.txt").write_text(self.text)
        (folder / "b.txt").write_text("b.txt")
        return Made({"n": 2}, self.parts)


def artifact_objects(shared):
    return [name for name in shared.objects if name.startswith("artifacts/")]


def manifest_name(recipe=RECIPE):
    return f"artifacts/{recipe.stage}/{recipe.key}/manifest.json"


def object_of(shared, name, recipe=RECIPE):
    return next(found for found in shared.objects if recipe.key in found and found.endswith(f"/{name}"))


@pytest.fixture
def store(shared):
    return lambda machine: ArtifactStore(shared.home(machine))


def test_what_one_machine_made_another_reuses(store, shared):
    build, never = Builder(), Builder("never")
    made = store("first").obtain(RECIPE, build)
    found = store("second").obtain(RECIPE, never)
    assert (made.reused, found.reused, build.calls, never.calls) == (False, True, 1, 0)
    assert found.artifact.digest == made.artifact.digest
    assert found.artifact.path("a.txt").read_text() == "a.txt"
    assert found.artifact.folder.is_relative_to(shared.home("second"))
    assert [path.stat().st_mode & 0o222 for path in found.artifact.folder.iterdir()] == [0, 0, 0]


def test_an_artifact_that_was_fetched_is_not_asked_for_again(store, shared):
    store("first").obtain(RECIPE, Builder())
    store("second").find("split", RECIPE.key)
    shared.delete(object_of(shared, "a.txt"))
    assert store("second").find("split", RECIPE.key).path("a.txt").read_text() == "a.txt"
    assert list((shared.home("second") / "building").iterdir()) == []


def test_a_result_that_is_here_costs_one_question_to_be_reused(store, shared, monkeypatch):
    _, whole = _make_whole(store("first"))
    asked = []
    for name in ("read_all", "sizes", "entries", "create", "upload", "download", "write", "move", "remove"):
        monkeypatch.setattr(Bucket, name, _noting(asked, name, getattr(Bucket, name)))
    assert store("first").obtain(Recipe("ingest", {}), Builder("never")).artifact == whole
    assert asked == ["read_all"]  # for its manifest; its part is not asked for


def _noting(asked, name, method):
    def ask(*given):
        asked.append(name)
        return method(*given)

    return ask


def test_each_file_stands_under_its_digest_and_the_manifest_beside(store, shared):
    made = store("first").obtain(RECIPE, Builder()).artifact
    files = store("first").read_manifest("split", RECIPE.key)["files"]
    expected = [f"artifacts/split/{RECIPE.key}/{entry['sha256']}/{entry['name']}" for entry in files]
    assert artifact_objects(shared) == sorted([*expected, manifest_name()])
    assert shared.get_json(manifest_name())["digest"] == made.digest


def test_of_two_machines_that_make_an_artifact_at_once_one_is_kept_by_both(store, shared):
    start, obtained = threading.Barrier(2), {}

    def work(machine):
        def build(folder):
            start.wait(DEADLINE_S)  # both have found nothing, and make it
            return Builder(f"made by the {machine}")(folder)

        obtained[machine] = store(machine).obtain(RECIPE, build)

    workers = [threading.Thread(target=work, args=(machine,)) for machine in ("first", "second")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(DEADLINE_S)
    kept = shared.get_json(manifest_name())
    assert sorted(found.reused for found in obtained.values()) == [False, True]
    assert {found.artifact.digest for found in obtained.values()} == {kept["digest"]}
    texts = {found.artifact.path("a.txt").read_text() for found in obtained.values()}
    assert len(texts) == 1
    assert len(artifact_objects(shared)) == 3  # the other's a.txt is gone


def test_equal_content_of_two_machines_is_kept_once(store, shared):
    first, second = store("first"), store("second")

    def build(folder):
        first.obtain(RECIPE, Builder())  # is faster
        return Builder()(folder)

    made = second.obtain(RECIPE, build)
    assert not made.reused
    assert shared.get_json(manifest_name())["digest"] == made.artifact.digest
    assert len(artifact_objects(shared)) == 3


def test_a_killed_upload_leaves_no_artifact_and_the_next_one_takes_it_up(store, shared, monkeypatch):
    process = subprocess.Popen(
        [sys.executable, "-c", UPLOADING, str(shared.home("killed"))],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout.readline() == "hanging\n"
        process.send_signal(signal.SIGKILL)
    left = artifact_objects(shared)
    assert [name.rpartition("/")[2] for name in left] == ["a.txt"]
    assert store("other").find("split", RECIPE.key) is None

    uploaded, upload = [], Bucket.upload

    def note_upload(self, path, name):
        uploaded.append(path.name)
        upload(self, path, name)

    monkeypatch.setattr(Bucket, "upload", note_upload)
    never = Builder("never")
    resumed = store("killed").obtain(RECIPE, never)  # its own result is whole
    assert (resumed.reused, never.calls, uploaded) == (True, 0, ["b.txt"])
    assert store("other").find("split", RECIPE.key).digest == resumed.artifact.digest


def test_what_a_killed_upload_left_does_not_disturb_another_machine(store, shared):
    shared.put(f"artifacts/split/{RECIPE.key}/{'0' * 64}/a.txt", b"half")
    made = store("other").obtain(RECIPE, Builder())
    assert not made.reused
    assert store("third").find("split", RECIPE.key).digest == made.artifact.digest


def _overwrite(shared):
    shared.put(object_of(shared, "a.txt"), b"x.txt")


def _delete(shared):
    shared.delete(object_of(shared, "a.txt"))


def _change_manifest(shared):
    shared.put(manifest_name(), shared.get(manifest_name()).replace(b'"n": 2', b'"n": 3'))


def _break_manifest(shared):
    shared.put(manifest_name(), b"{")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_overwrite, "a.txt was changed"),
        (_delete, "a.txt is missing"),
        (_change_manifest, "the manifest was changed"),
        (_break_manifest, "the manifest is missing or unreadable"),
    ],
)
def test_a_damaged_artifact_is_set_aside_and_made_anew_with_a_warning(store, shared, damage, words, caplog):
    made = store("first").obtain(RECIPE, Builder()).artifact
    damage(shared)
    build = Builder()
    assert store("second").find("split", RECIPE.key) is None
    with caplog.at_level(logging.WARNING, "melanoma"):
        mended = store("second").obtain(RECIPE, build)
    assert (mended.reused, build.calls, mended.artifact.digest) == (False, 1, made.digest)
    warned = [record.getMessage() for record in caplog.records if words in record.getMessage()]
    assert len(warned) == 1
    assert shared.address in warned[0]
    assert f"damaged/split-{RECIPE.key}-1/manifest.json" in shared.objects
    assert store("third").find("split", RECIPE.key).digest == made.digest


def test_a_damaged_copy_on_this_machine_is_fetched_again(store, shared):
    store("first").obtain(RECIPE, Builder())
    path = store("second").find("split", RECIPE.key).path("a.txt")
    path.chmod(0o644)
    path.write_text("x.txt")
    never = Builder("never")
    assert store("second").obtain(RECIPE, never).artifact.path("a.txt").read_text() == "a.txt"
    assert never.calls == 0


def test_a_manifest_that_names_files_outside_its_folder_is_not_followed(store, shared):
    outside = shared.home("second") / "outside.txt"
    sealing = ArtifactStore(shared.caches / "local")
    sealing.obtain(RECIPE, Builder())
    manifest = (sealing.folder("split", RECIPE.key) / "manifest.json").read_text()
    document = json.loads(manifest)
    document.pop("seal")
    document["files"][0]["name"] = "../../../outside.txt"
    shared.put(manifest_name(), json.dumps({**document, "seal": digest_value(document)}).encode())
    shared.put(f"artifacts/split/{RECIPE.key}/{document['files'][0]['sha256']}/a.txt", b"a.txt")
    assert store("second").find("split", RECIPE.key) is None
    assert not outside.exists()


def test_parts_are_brought_when_they_are_to_be_read(store, shared):
    part, whole = _make_whole(store("first"))
    second = store("second")
    found = second.find(whole.stage, whole.key)
    assert not second.folder(part.stage, part.key).exists()
    second.bring_parts([found])
    assert (found.part_folder(found.parts[0]) / "a.txt").read_text() == "pixels"


def test_an_artifact_whose_part_is_gone_is_made_anew(store, shared):
    part, whole = _make_whole(store("first"))
    shared.delete(f"artifacts/{part.stage}/{part.key}/manifest.json")
    assert store("second").find(whole.stage, whole.key) is None
    again, rebuilt = _make_whole(store("second"))
    assert (again.digest, rebuilt.digest) == (part.digest, whole.digest)
    assert store("third").find(whole.stage, whole.key).digest == whole.digest


def test_a_damaged_part_is_set_aside_so_that_the_next_run_mends_it(store, shared):
    part, whole = _make_whole(store("first"))
    second = store("second")
    found = second.find(whole.stage, whole.key)
    shared.put(object_of(shared, "a.txt", Recipe("shard", {})), b"pixelx")
    with pytest.raises(ArtifactDamaged, match=f"shard {part.key[:8]} was damaged and is set aside; the same command"):
        second.bring_parts([found])
    assert second.find(whole.stage, whole.key) is None
    mended = _make_whole(second)[1]
    second.bring_parts([mended])
    assert mended.digest == whole.digest


def test_parts_that_the_bucket_has_lost_are_written_again_with_their_whole(store, shared):
    part, whole = _make_whole(store("first"))
    for name in shared.objects:
        shared.delete(name)
    store("first").obtain(Recipe("ingest", {}), Builder("never"))
    assert store("second").find(whole.stage, whole.key).digest == whole.digest
    assert store("second").find(part.stage, part.key).digest == part.digest


def _make_whole(store):
    part = store.obtain(Recipe("shard", {}), Builder("pixels")).artifact
    refers = Builder("places", (Part(part.stage, part.key, part.digest),))
    return part, store.obtain(Recipe("ingest", {}), refers).artifact


def test_artifacts_alike_are_found_on_every_machine(store):
    store("first").obtain(Recipe("ingest", {"version": 1, "material": "a"}), Builder())
    alike = store("second").alike(Recipe("ingest", {"version": 1, "material": "b"}), "material")
    assert [artifact.path("a.txt").read_text() for artifact in alike] == ["a.txt"]
    assert store("second").ingredients("ingest", alike[0].key) == {"version": 1, "material": "a"}


def test_what_could_not_be_uploaded_is_uploaded_when_it_is_asked_for_again(store, shared, monkeypatch):
    def fail(*_):
        raise BucketError("the network is down")

    with monkeypatch.context() as cut:
        cut.setattr(Bucket, "upload", fail)
        with pytest.raises(BucketError, match="the network is down"):
            store("first").obtain(RECIPE, Builder())
    assert artifact_objects(shared) == []
    never = Builder("never")
    assert store("first").obtain(RECIPE, never).reused
    assert never.calls == 0
    assert manifest_name() in shared.objects


def test_storage_that_knows_no_condition_is_asked_before_it_is_written_to(shared, monkeypatch):
    bucket = shared.bucket
    write = bucket._files.pipe_file
    monkeypatch.setattr(bucket._files, "pipe_file", lambda *given, **options: _without_condition(write, given, options))
    assert bucket.create("line", b"first")
    assert not bucket.create("line", b"second")
    assert bucket.read("line") == b"first"


def _without_condition(write, given, options):
    if options.get("mode") == "create":
        raise OSError(38, "A header you provided implies functionality that is not implemented")
    write(*given, **options)


def test_storage_that_does_not_answer_is_given_up_soon(shared, monkeypatch):
    def stay_silent(*_, timeout, **__):
        raise TimeoutError

    bucket = shared.bucket
    monkeypatch.setattr(bucket._files, "call_s3", stay_silent)
    with pytest.raises(
        BucketError, match=f"^home {shared.address}: the storage does not answer within 15 s; check AWS"
    ):
        bucket.require_access()


def test_a_large_file_arrives_whole(store, shared):
    content = os.urandom(1 << 20) * 12

    def build(folder):
        (folder / "a.txt").write_bytes(content)
        return Made()

    store("first").obtain(RECIPE, build)
    assert store("second").find("split", RECIPE.key).path("a.txt").read_bytes() == content
