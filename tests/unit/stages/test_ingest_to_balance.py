"""The real stages from a folder to augmented shards, on the small generated set."""

import hashlib
import shutil

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from melanoma.config.pipeline import PipelineConfig
from melanoma.data.shards import open_pixels
from melanoma.data.sources import list_sources
from melanoma.data.split import SplitProof
from melanoma.errors import DataRefused, SourceError
from melanoma.stages.pixels import open_examples, open_part
from melanoma.stages.table import BALANCE, INGEST, SPLIT

SECTIONS = {"ingest": {"size_px": 32, "shard_images": 20}, "balance": {"images_per_class": 8}}


@pytest.fixture
def run(workshop, image_folder, audited):
    """Return a function that runs the stages and returns their artifacts and what was built."""

    def stages(**sections):
        workshop.config = PipelineConfig.model_validate(SECTIONS | sections)
        workshop.built.clear()
        ingest = workshop.make(INGEST, material=list_sources([image_folder]))
        split = workshop.make(SPLIT, ingest, audited(ingest))
        balance = workshop.make(BALANCE, ingest, split)
        return {"ingest": ingest, "split": split, "balance": balance}, list(workshop.built)

    return stages


def examples_of(made):
    return pd.read_parquet(made["balance"].path("examples.parquet"))


def test_ingest_says_what_it_found(run):
    made, _ = run()
    source = made["ingest"].read_json("source.json")
    assert (source["layout"], source["images"], source["has_metadata"]) == ("class folders", 48, True)
    summary = made["ingest"].summary
    assert (summary["images"], summary["quarantined"]) == (48, 0)
    assert summary["classes"][0] == {"diagnosis": "basal cell carcinoma", "test": 2, "train": 6}


def test_a_set_without_labels_is_refused_before_much_is_decoded(workshop, image_folder):
    for number, image in enumerate(sorted(image_folder.rglob("*/*.*"))):
        image.rename(image_folder / f"unlabelled {number}{image.suffix}")
    workshop.config = PipelineConfig.model_validate(SECTIONS)  # three shards
    with pytest.raises(SourceError, match="put each image in a folder named for its diagnosis"):
        workshop.make(INGEST, material=list_sources([image_folder]))
    assert "ingest-shard" not in workshop.built


def test_the_split_is_proven_and_written(run):
    made, _ = run()
    proof = made["split"].read_json("proof.json")
    assert (proof["crossing"], proof["protocol"]) == ([], "grouped")
    rows = pd.read_parquet(made["split"].path("manifest.parquet"))
    assert rows.groupby("group_id")["split"].nunique().max() == 1
    assert ((rows["split"] == "test") == (rows["publisher_split"] == "test")).all()


def test_only_training_images_are_copied_up_to_the_size_asked_for(run):
    made, _ = run()
    examples = examples_of(made)
    assert set(examples.loc[examples["origin"] == "copy", "split"]) == {"train"}
    training = examples[examples["split"] == "train"]
    assert set(training["diagnosis"].value_counts()) == {8}
    parents = examples.set_index("image_id")
    copies = examples[examples["origin"] == "copy"]
    assert (parents.loc[copies["parent_id"], "split"] == "train").all()
    assert (copies["image_id"] == copies["parent_id"] + "#" + copies["image_id"].str.split("#").str[1]).all()
    assert made["balance"].read_json("leak.json")["share"] == 0


def test_pixels_of_originals_and_copies_are_where_the_examples_say(run):
    made, _ = run(balance={"images_per_class": 8, "operations": [{"name": "invert", "probability": 1}]})
    examples = open_examples(made["ingest"], made["balance"])
    assert sorted(examples.rows["image_id"]) == sorted(examples_of(made)["image_id"])
    pictures = dict(zip(examples.rows["image_id"], examples.images(np.arange(len(examples.rows))), strict=True))
    for row in examples.rows.itertuples():
        assert hashlib.sha256(pictures[row.image_id].tobytes()).hexdigest() == row.pixel_sha256
    copies = examples.rows[examples.rows["origin"] == "copy"]
    assert len(copies) > 0
    for copy in copies.itertuples():
        assert np.array_equal(pictures[copy.image_id], 255 - pictures[copy.parent_id])


def test_the_leaking_protocol_puts_copies_of_one_image_on_both_sides_and_says_so(run):
    made, _ = run(split={"protocol": "after_augmentation"}, balance={"mode": "add", "images_per_class": 40})
    examples, leak = examples_of(made), made["balance"].read_json("leak.json")
    validation = examples[examples["split"] == "validation"]
    training = set(examples.loc[examples["split"] == "train", "group_id"])
    assert set(validation["origin"]) == {"original", "copy"}
    # 0.2 of 36 training images and 6 x 40 copies: 55.2
    assert (len(validation), leak["validation_images"]) == (55, 55)
    assert leak["share"] == validation["group_id"].isin(training).mean() > 0.5
    assert set(examples.loc[examples["split"] == "test", "origin"]) == {"original"}


def test_a_run_without_copies_has_no_shard_of_copies(run):
    made, built = run(balance={"mode": "none"})
    assert "balance-shard" not in built
    assert made["balance"].parts == ()
    assert set(examples_of(made)["origin"]) == {"original"}
    assert made["balance"].summary["copies"] == 0
    examples = open_examples(made["ingest"], made["balance"])
    assert examples.images(np.arange(3)).shape == (3, 32, 32, 3)


def test_nothing_changed_is_nothing_done(run):
    first, _ = run()
    second, built = run()
    assert built == []
    assert second == first


def test_one_changed_byte_builds_one_shard_and_what_follows(run, image_folder):
    run()
    path = image_folder / "Train/nevus/ISIC_0000024.jpg"
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(content)
    _, built = run()
    assert [built.count(stage) for stage in ("ingest-shard", "ingest", "split", "balance")] == [1, 1, 1, 1]
    # the shard of the changed image, and that of an image which gets the odd copy instead of it or gives it up
    assert built.count("balance-shard") <= 2


def test_added_images_are_decoded_alone_and_give_what_a_first_ingest_of_all_would_give(
    run, workshop, image_folder, tmp_path
):
    new = image_folder / "Train/nevus/ISIC_9000000.jpg"
    first, _ = run()
    Image.open(image_folder / "Train/nevus/ISIC_0000024.jpg").rotate(90).save(new)
    added, built = run()
    assert built.count("ingest-shard") == 1
    assert len(added["ingest"].parts) == len(first["ingest"].parts) + 1
    workshop.store = type(workshop.store)(tmp_path / "another home")
    anew, _ = run()
    assert {name: made.digest for name, made in anew.items()} == {name: made.digest for name, made in added.items()}
    assert anew["ingest"].parts != added["ingest"].parts


def test_vanished_images_leave_the_shards_as_they_are_until_half_is_gone(run, image_folder):
    run()
    images = sorted(image_folder.glob("Train/*/*.jpg"))
    for path in images[:3]:
        path.unlink()
    assert "ingest-shard" not in run()[1]
    for path in images[3:30:2]:
        path.unlink()
    for path in image_folder.glob("Test/*/*.jpg"):
        path.unlink()
    assert "ingest-shard" in run()[1]


def test_a_picture_that_stands_in_the_set_twice_is_decoded_once(run, image_folder):
    shutil.copy(image_folder / "Train/nevus/ISIC_0000024.jpg", image_folder / "Train/melanoma/ISIC_0000024.jpg")
    made, _ = run()
    places = pd.read_parquet(made["ingest"].path("places.parquet"))
    assert len(places) == places["sha256"].nunique() == 48
    assert len(pd.read_parquet(made["ingest"].path("manifest.parquet"))) == 49


def test_a_changed_balance_value_leaves_ingest_and_split(run):
    run()
    assert set(run(balance={"images_per_class": 9})[1]) == {"balance", "balance-shard"}


def test_a_renamed_file_is_read_into_the_manifest_without_decoding(run, image_folder):
    sections = {"ingest": {"size_px": 32}}
    before, _ = run(**sections)
    path = image_folder / "Train/nevus/ISIC_0000024.jpg"
    path.rename(path.with_name("ISIC_0000024 (1).jpg"))
    after, built = run(**sections)
    assert "ingest-shard" not in built
    assert after["ingest"].digest != before["ingest"].digest


@pytest.mark.parametrize("victim", ["ingest", "ingest-shard", "split", "balance", "balance-shard"])
def test_a_deleted_file_of_any_stage_is_noticed_and_rebuilt_with_the_same_digests(run, workshop, victim):
    first, _ = run()
    folder = next((workshop.store.home / "artifacts" / victim).iterdir())
    next(path for path in folder.iterdir() if path.name != "manifest.json").unlink()
    second, built = run()
    assert victim in built
    assert {name: made.digest for name, made in second.items()} == {name: made.digest for name, made in first.items()}
    assert len(list((workshop.store.home / "damaged").iterdir())) >= 1


def test_every_stage_is_the_same_in_another_home(run, workshop, tmp_path):
    first, _ = run()
    workshop.store = type(workshop.store)(tmp_path / "another home")
    second, _ = run()
    assert {name: made.digest for name, made in second.items()} == {name: made.digest for name, made in first.items()}
    assert {name: made.key for name, made in second.items()} == {name: made.key for name, made in first.items()}


def test_copies_are_mapped_and_read_only(run):
    made, _ = run()
    assert not open_pixels(open_part(made["balance"], 0).folder).flags.writeable


def test_a_set_with_nothing_to_train_on_is_refused(run, image_folder):
    for path in image_folder.glob("Train/*/*.jpg"):
        path.unlink()
    message = "no image is left for train; see the audit's exclusions, or give more images per diagnosis"
    with pytest.raises(DataRefused) as refused:
        run()
    assert str(refused.value) == message
    assert refused.value.exit_code == 3


def test_a_split_that_crosses_is_never_written(run, monkeypatch):
    monkeypatch.setattr("melanoma.stages.split.prove_split", lambda rows: SplitProof(1, ("Train/a.jpg",), {}, {}, {}))
    with pytest.raises(AssertionError, match=r"^1 groups cross the split: Train/a\.jpg; this is a defect$"):
        run()
