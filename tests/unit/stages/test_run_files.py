"""A run of which a file is not what its stages made is refused by that file's name."""

import pytest

from melanoma.artifacts.record import Made, Recipe
from melanoma.artifacts.store import ArtifactStore
from melanoma.errors import ArtifactDamaged
from melanoma.runs import RunFolder, link_files, note_stage, open_run
from melanoma.stages.run_files import require_unchanged

NAMES = ("predictions.parquet", "metrics.json")


@pytest.fixture
def run(tmp_path):
    def write(folder):
        for name in NAMES:
            (folder / name).write_text(name)
        return Made()

    made = ArtifactStore(tmp_path).obtain(Recipe("evaluate", {}), write).artifact
    folder = RunFolder(tmp_path, "20261124-120000-0123abcd")
    open_run(folder, {})
    link_files(folder, made, *NAMES)
    note_stage(folder, "evaluate", {"key": made.key, "digest": made.digest})
    return folder


def damage(run, name):
    path = run.path / name
    path.chmod(0o644)
    path.write_text(name[:-1])


def test_a_whole_run_passes_however_often_it_is_asked_for(run):
    require_unchanged(run)
    require_unchanged(run)


def test_a_file_that_changed_after_the_run_was_found_whole_is_named(run):
    require_unchanged(run)
    damage(run, "predictions.parquet")
    with pytest.raises(
        ArtifactDamaged, match=f"{run.path}/predictions.parquet: was changed, so the run cannot be relied"
    ):
        require_unchanged(run)


def test_of_several_files_the_first_is_named_and_the_others_are_counted(run):
    damage(run, "predictions.parquet")
    (run.path / "metrics.json").unlink()
    with pytest.raises(
        ArtifactDamaged, match=r"metrics.json: is missing \(and 1 more\), so .* melanoma verify 20261124-1200"
    ):
        require_unchanged(run)


def test_an_artifact_whose_manifest_is_gone_is_named(run):
    next(run.home.glob("artifacts/evaluate/*/manifest.json")).unlink()
    with pytest.raises(ArtifactDamaged, match=r"metrics.json: the evaluate artifact \w{8} is gone or damaged"):
        require_unchanged(run)
