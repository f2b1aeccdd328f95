import errno
import logging
import stat
import threading

import pytest

from melanoma.artifacts.record import Part, Recipe
from melanoma.artifacts.store import ArtifactStore, Made
from melanoma.errors import ArtifactDamaged, DiskFull

RECIPE = Recipe("split", {"version": 1, "seed": 1})
COUNTED = Made(summary={"n": 3}, made_by={"run_id": "r"})


class Builder:
    """Writes two files and counts how often it was asked to."""

    def __init__(self, text="content", parts=()):
        self.text, self.parts, self.calls = text, parts, 0

    def __call__(self, folder):
        self.calls += 1
        (folder / "a.txt").write_text(self.text)
        (folder / "b.bin").write_bytes(bytes(range(256)))
        return Made(COUNTED.summary, self.parts, COUNTED.made_by)


@pytest.fixture
def store(tmp_path):
    return ArtifactStore(tmp_path / "home")


def rooms(store, name):
    return [path.name for path in (store.home / name).iterdir()] if (store.home / name).exists() else []


def overwrite(path, content):
    path.chmod(0o644)
    path.write_bytes(content)


def test_a_result_is_built_once_and_then_reused(store):
    build = Builder()
    first, second = store.obtain(RECIPE, build), store.obtain(RECIPE, build)
    assert (first.reused, second.reused, build.calls) == (False, True, 1)
    assert first.artifact == second.artifact == store.find("split", RECIPE.key)
    assert first.artifact.path("a.txt").read_text() == "content"
    assert first.artifact.summary == {"n": 3}


def test_what_was_never_made_is_not_found(store):
    assert store.find("split", RECIPE.key) is None
    assert store.ingredients("split", RECIPE.key) is None


def test_another_key_is_another_artifact(store):
    store.obtain(RECIPE, Builder())
    assert not store.obtain(Recipe("split", {"version": 1, "seed": 2}), Builder()).reused
    assert not store.obtain(Recipe("balance", RECIPE.ingredients), Builder()).reused


def test_the_ingredients_of_an_artifact_can_be_looked_up(store):
    store.obtain(RECIPE, Builder())
    assert store.ingredients("split", RECIPE.key) == RECIPE.ingredients


def test_equal_content_under_two_keys_has_one_digest(store):
    other = Recipe("split", {"version": 2})
    assert store.obtain(RECIPE, Builder()).artifact.digest == store.obtain(other, Builder()).artifact.digest
    assert store.obtain(Recipe("x", {}), Builder("else")).artifact.digest != store.find("split", other.key).digest


def test_a_build_that_fails_leaves_nothing_and_can_be_repeated(store):
    def fail(folder):
        (folder / "half.txt").write_text("half")
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="the disk is full"):
        store.obtain(RECIPE, fail)
    assert rooms(store, "building") == []
    assert store.find("split", RECIPE.key) is None
    assert store.obtain(RECIPE, Builder()).artifact.path("a.txt").exists()
    assert not store.find("split", RECIPE.key).path("half.txt").exists()


def no_space(*_args, **_options):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("place", ["builder", "os.fsync", "pathlib.Path.write_text"])
def test_a_full_disk_is_one_line_that_names_the_home_and_the_next_attempt_goes_on(store, monkeypatch, place):
    def build(folder):
        (folder / "a.txt").write_bytes(b"half")
        (store.open_workbench(RECIPE) / "epoch").write_bytes(b"1")
        return no_space() if place == "builder" else Made()

    with monkeypatch.context() as disk:
        if place != "builder":
            disk.setattr(place, no_space)
        with pytest.raises(DiskFull) as told:
            store.obtain(RECIPE, build)
    assert str(told.value) == (
        f"{store.home}: no space is left on its disk to make split; free some, then the same command goes on from the "
        "last finished stage"
    )
    assert rooms(store, "building") == []
    assert store.find("split", RECIPE.key) is None
    assert (store.open_workbench(RECIPE) / "epoch").read_bytes() == b"1"
    assert store.obtain(RECIPE, Builder()).artifact.path("a.txt").read_text() == "content"


def test_another_failure_of_the_disk_stays_what_it_is(store):
    def fail(folder):
        raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(OSError, match="Input/output error") as told:
        store.obtain(RECIPE, fail)
    assert not isinstance(told.value, DiskFull)


def test_what_a_killed_build_left_does_not_get_into_the_artifact(store):
    left = store.home / "building" / f"split-{RECIPE.key}"
    left.mkdir(parents=True)
    (left / "half.txt").write_text("half")
    artifact = store.obtain(RECIPE, Builder()).artifact
    assert sorted(path.name for path in artifact.folder.iterdir()) == ["a.txt", "b.bin", "manifest.json"]
    assert rooms(store, "building") == []


def test_a_folder_without_a_manifest_is_no_artifact(store):
    folder = store.folder("split", RECIPE.key)
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text("content")
    assert store.find("split", RECIPE.key) is None
    assert not store.obtain(RECIPE, Builder()).reused


def _truncate(folder):
    overwrite(folder / "b.bin", b"")


def _flip_one_byte(folder):
    overwrite(folder / "a.txt", b"Content")


def _delete_a_file(folder):
    (folder / "a.txt").unlink()


def _delete_the_manifest(folder):
    (folder / "manifest.json").unlink()


def _truncate_the_manifest(folder):
    overwrite(folder / "manifest.json", (folder / "manifest.json").read_bytes()[:-20])


def _change_the_manifest(folder):
    overwrite(folder / "manifest.json", (folder / "manifest.json").read_bytes().replace(b'"n": 3', b'"n": 4'))


def _empty_list_as_manifest(folder):
    overwrite(folder / "manifest.json", b"[]")


DAMAGE = [
    _truncate,
    _flip_one_byte,
    _delete_a_file,
    _delete_the_manifest,
    _truncate_the_manifest,
    _change_the_manifest,
    _empty_list_as_manifest,
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_artifact_is_set_aside_with_a_warning_and_rebuilt(store, damage, caplog):
    build = Builder()
    digest = store.obtain(RECIPE, build).artifact.digest
    damage(store.folder("split", RECIPE.key))
    assert store.find("split", RECIPE.key) is None
    with caplog.at_level(logging.WARNING):
        rebuilt = store.obtain(RECIPE, build)
    assert (rebuilt.reused, build.calls, rebuilt.artifact.digest) == (False, 2, digest)
    assert rooms(store, "damaged") == [f"split-{RECIPE.key}-1"]
    (message,) = caplog.messages
    assert RECIPE.key in message
    assert message.endswith("; it will be rebuilt")
    assert "\n" not in message


def test_what_is_damaged_twice_is_set_aside_twice(store):
    for _ in range(3):
        store.obtain(RECIPE, Builder())
        _delete_a_file(store.folder("split", RECIPE.key))
    store.obtain(RECIPE, Builder())
    assert sorted(rooms(store, "damaged")) == [f"split-{RECIPE.key}-{n}" for n in (1, 2, 3)]


def test_an_artifact_under_a_wrong_key_is_not_believed(store, caplog):
    folder = store.obtain(RECIPE, Builder("other")).artifact.folder
    wrong = Recipe("split", {"version": 9})
    folder.rename(store.folder("split", wrong.key))
    assert store.find("split", wrong.key) is None
    assert store.obtain(wrong, Builder()).artifact.path("a.txt").read_text() == "content"
    assert f"{wrong.key}: holds the artifact of another key; it will be rebuilt" in caplog.text


@pytest.mark.parametrize("damage", DAMAGE)
def test_an_artifact_whose_part_is_damaged_is_rebuilt_with_it(store, damage, caplog):
    part_recipe, part_build = Recipe("shard", {"n": 1}), Builder("pixels")

    def build(folder):
        shard = store.obtain(part_recipe, part_build).artifact
        return Builder(parts=(Part(shard.stage, shard.key, shard.digest),))(folder)

    whole = store.obtain(RECIPE, build).artifact
    damage(store.folder("shard", part_recipe.key))
    again = store.obtain(RECIPE, build)
    assert (again.reused, again.artifact.digest, part_build.calls) == (False, whole.digest, 2)
    assert f"its shard {part_recipe.key[:8]} is gone; it will be rebuilt" in caplog.text
    assert again.artifact.part_folder(again.artifact.parts[0]).joinpath("a.txt").read_text() == "pixels"


def test_a_part_that_became_another_content_is_noticed(store):
    shard = store.obtain(Recipe("shard", {"n": 1}), Builder("pixels")).artifact
    with pytest.raises(ArtifactDamaged, match=r"its shard .* is gone; it will be rebuilt"):
        store.obtain(RECIPE, Builder(parts=(Part("shard", shard.key, "0" * 64),)))


def test_of_many_threads_that_ask_at_once_one_builds(store):
    build, start, obtained = Builder(), threading.Barrier(8), []

    def ask():
        start.wait()
        obtained.append(store.obtain(RECIPE, build))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert build.calls == 1
    assert sorted(entry.reused for entry in obtained) == [False] + [True] * 7


def test_who_waits_for_another_says_so(store, caplog):
    building, finish = threading.Event(), threading.Event()

    def slow(folder):
        building.set()
        assert finish.wait(10)
        return Builder()(folder)

    first = threading.Thread(target=store.obtain, args=(RECIPE, slow))
    second = threading.Thread(target=store.obtain, args=(RECIPE, Builder()))
    first.start()
    assert building.wait(10)
    second.start()
    while not caplog.messages and second.is_alive():
        second.join(0.01)
    finish.set()
    first.join()
    second.join()
    assert caplog.messages == [f"waiting for another run that is making split {RECIPE.key[:8]}"]


def test_the_folders_of_a_store_are_private(store):
    artifact = store.obtain(RECIPE, Builder()).artifact
    folders = [artifact.folder, *(store.home / name for name in ("building", "locks"))]
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o700}


def test_a_workbench_outlives_a_failed_build_and_goes_with_the_finished_one(tmp_path):
    store, recipe = ArtifactStore(tmp_path / "home"), Recipe("train", {"version": 1})
    seen = []

    def build(folder):
        note = store.open_workbench(recipe) / "note"
        seen.append(note.exists())
        note.write_text("as far as epoch 2")
        if len(seen) == 1:
            raise RuntimeError("killed")
        return Made()

    with pytest.raises(RuntimeError):
        store.obtain(recipe, build)
    workbench = tmp_path / "home" / "unfinished" / "train" / recipe.key
    modes = {stat.S_IMODE(folder.stat().st_mode) for folder in (workbench, *list(workbench.parents)[:2])}
    assert (workbench / "note").exists()
    assert modes == {0o700}
    store.obtain(recipe, build)
    assert seen == [False, True]
    assert not workbench.exists()
