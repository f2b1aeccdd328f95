"""A run folder of real stages, and what is found when one of its files is not what it was."""

import json
import shutil

import pandas as pd
import pytest

from flows.verify import verify_run
from melanoma.config.pipeline import PipelineConfig
from melanoma.data.sources import list_sources
from melanoma.errors import MelanomaError, UsageError
from melanoma.runs import RunFolder, link_files, note_stage, open_run, point_latest
from melanoma.stages.table import BALANCE, INGEST, SPLIT

SECTIONS = {"ingest": {"size_px": 32, "shard_images": 20}, "balance": {"images_per_class": 8}}


@pytest.fixture
def make_run(workshop, image_folder, audited):
    """Return a function that carries out the stages up to balance and links their files into a run's folder."""

    def run(**sections):
        workshop.config = PipelineConfig.model_validate(SECTIONS | sections)
        (image_folder / "Train/nevus/ISIC_9999999.jpg").write_bytes(b"no image")
        sources = list_sources([image_folder])
        ingest = workshop.make(INGEST, material=sources)
        split = workshop.make(SPLIT, ingest, audited(ingest))
        balance = workshop.make(BALANCE, ingest, split)
        folder = RunFolder(workshop.store.home, "20261124-120000-0123abcd")
        open_run(folder, {"images": sources.found})
        for artifact, name in ((ingest, "quarantine.csv"), (split, "manifest.parquet"), (balance, "examples.parquet")):
            link_files(folder, artifact, name)
            note_stage(folder, artifact.stage, {"key": artifact.key, "digest": artifact.digest})
        point_latest(folder)
        return folder

    return run


def failures(folder):
    return {claim.name: claim for claim in verify_run(folder.home, "latest").claims if not claim.holds}


def rewrite(path, change):
    table = change(pd.read_parquet(path))
    path.unlink()  # a link to what the store keeps
    table.to_parquet(path, index=False)


def test_a_sound_run_is_proven(make_run):
    folder = make_run()
    proof = verify_run(folder.home, "latest")
    assert proof.holds
    text = proof.to_text()
    assert text.splitlines()[0] == "run 20261124-120000-0123abcd"
    assert text.splitlines()[-1] == "every claim holds"
    assert "49 images in the source: 48 with a role, 0 excluded with a reason, 1 in quarantine" in text
    assert "0 of 42 lesions cross" in text  # 7 of each of 6 classes
    assert "0 of 3 files differ" in text


def test_a_changed_manifest_is_found_by_what_crosses_and_by_its_digest(make_run):
    folder = make_run()

    def move(rows):
        twins = rows[rows["lesion_id"].duplicated(keep=False) & (rows["split"] == "train")]
        return rows.assign(split=rows["split"].mask(rows["image_id"] == twins["image_id"].iloc[0], "validation"))

    rewrite(folder.path / "manifest.parquet", move)
    found = failures(folder)
    assert {"lesion_crosses_no_split", "images_are_used_in_their_role", "files_are_as_made"} <= set(found)
    assert found["files_are_as_made"].offenders == ("manifest.parquet: was changed",)
    assert "FAIL  1 of 42 lesions cross" in verify_run(folder.home, "latest").to_text()


def test_a_run_that_ended_at_split_is_proven_too(make_run):
    folder = make_run()
    record = json.loads((folder.path / "run.json").read_text())
    del record["stages"]["balance"]
    (folder.path / "run.json").write_text(json.dumps(record))
    (folder.path / "examples.parquet").unlink()
    proof = verify_run(folder.home, "latest")
    assert proof.holds
    assert "0 of 2 files differ" in proof.to_text()
    assert "copies are outside training" not in proof.to_text()


def test_a_copy_of_a_test_image_among_the_examples_is_found(make_run):
    folder = make_run()

    def copy_test(rows):
        parent = rows[rows["split"] == "test"].iloc[[0]]
        made = parent.assign(origin="copy", parent_id=parent["image_id"], image_id="forged#0", split="train")
        return pd.concat([rows, made], ignore_index=True)

    rewrite(folder.path / "examples.parquet", copy_test)
    found = failures(folder)
    assert {"copies_stay_in_training", "sha256_crosses_no_split", "files_are_as_made"} <= set(found)
    assert "forged#0 in train, its parent in test" in found["copies_stay_in_training"].offenders


def test_the_leaking_protocol_fails_and_says_what_crosses(make_run):
    folder = make_run(split={"protocol": "after_augmentation"}, balance={"mode": "add", "images_per_class": 20})
    proof = verify_run(folder.home, "latest")
    assert not proof.holds
    assert {"sha256_crosses_no_split", "lesion_crosses_no_split", "copies_stay_in_training"} <= set(failures(folder))
    assert proof.to_text().splitlines()[-1].endswith("claims do not hold")
    assert json.loads(json.dumps(proof.to_json()))["holds"] is False


def test_an_artifact_that_is_gone_or_another_is_found(make_run):
    folder = make_run()
    note_stage(
        folder, "balance", {**json.loads((folder.path / "run.json").read_text())["stages"]["balance"], "digest": "x"}
    )
    shutil.rmtree(next((folder.home / "artifacts/split").iterdir()))
    assert [offender.split(": ")[0] for offender in failures(folder)["files_are_as_made"].offenders] == [
        "manifest.parquet",
        "examples.parquet",
    ]
    first, second = failures(folder)["files_are_as_made"].offenders
    assert first.endswith("is gone or damaged")
    assert second == "examples.parquet: run.json names another balance result than is there"


@pytest.mark.parametrize(("harm", "reason"), [("delete", "is missing"), ("garble", "cannot be read")])
@pytest.mark.parametrize("name", ["manifest.parquet", "examples.parquet"])
def test_without_a_table_nothing_is_proven(make_run, name, harm, reason):
    folder = make_run()
    (folder.path / name).unlink()
    if harm == "garble":
        (folder.path / name).write_bytes(b"no table")
    with pytest.raises(MelanomaError, match=f"{name}: {reason}, so nothing can be proven; run the pipeline again"):
        verify_run(folder.home, "latest")


def test_an_unknown_run_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="run latest: 0 runs match"):
        verify_run(tmp_path, "latest")
