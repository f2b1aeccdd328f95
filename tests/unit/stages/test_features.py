"""Features are made once for each content and view, never of a test row; a head on them is the network that is kept."""

import errno

import numpy as np
import pytest

from melanoma.config.pipeline import PipelineConfig
from melanoma.data.sources import list_sources
from melanoma.errors import ConfigError, DiskFull, SourceError
from melanoma.stages.given_files import find_given_weights
from melanoma.stages.pixels import open_examples
from melanoma.stages.table import BALANCE, INGEST, SPLIT, TRAIN

pytestmark = pytest.mark.xdist_group("tensorflow")
SECTIONS = {
    "ingest": {"size_px": 32, "shard_images": 20},
    "balance": {"images_per_class": 6},
    "split": {"validation_share": 0.3, "calibration_share": 0.2, "folds": 3},
}
HEAD = {"network": "tiny", "method": "head", "views": 1}
LEARNED = ("train", "validation", "calibration")


@pytest.fixture
def run(workshop, image_folder, audited, seen):
    """Return a function that runs the stages up to train with some training options, and says what was built."""

    def stages(train, **sections):
        workshop.config = PipelineConfig.model_validate({**SECTIONS, **sections, "train": HEAD | train})
        workshop.built.clear()
        seen.clear()
        ingest = workshop.make(INGEST, material=list_sources([image_folder]))
        balance = workshop.make(BALANCE, ingest, workshop.make(SPLIT, ingest, audited(ingest)))
        trained = workshop.make(TRAIN, ingest, balance, material=find_given_weights(workshop.config.train))
        return open_examples(ingest, balance), trained, list(workshop.built)

    return stages


@pytest.fixture
def no_head(monkeypatch):
    """Train nothing on the features, where they are all that a test is about."""
    import keras

    from melanoma.stages import train
    from melanoma.training.fit import Trained

    history = {"epochs": [{"epoch": 1}], "best_epoch": 1, "network": "none", "precision": "none", "parameters": 0}
    history |= {"method": "head", "members": [{}], "training_images": 0, "validation_images": 0}
    given = keras.Input((1,))
    nothing = keras.Model(given, keras.layers.ReLU()(given))
    monkeypatch.setattr(train, "train_head", lambda task, progress: Trained(nothing, history))


def pictures_of(examples):
    return [image.tobytes() for image in examples.images(np.arange(len(examples.rows)))]


@pytest.mark.usefixtures("no_head")
def test_every_row_but_those_of_the_test_split_is_passed_once_for_each_view(run, seen, workshop):
    examples, _, _ = run({"views": 2})
    learned, tested = examples.of(*LEARNED), examples.of("test")
    images = learned.images(np.arange(len(learned.rows)))
    mirrored = [np.ascontiguousarray(image[:, ::-1]).tobytes() for image in images]
    assert sorted(seen) == sorted(pictures_of(learned) + mirrored)
    assert len(tested.rows) == 12
    assert not set(seen) & set(pictures_of(tested))
    total = 2 * len(learned.rows)
    assert f"{total} of {total} feature passes" in workshop.told
    assert any(text.startswith(f"{total} features; passes were made at") for text in workshop.told)


def test_more_devices_than_can_be_had_are_refused_before_any_pass(run, seen, monkeypatch):
    monkeypatch.setattr("keras.backend.backend", lambda: "tensorflow")
    with pytest.raises(ConfigError, match=r"train\.devices: 2 devices share batches under JAX only"):
        run({"devices": 2, "head": {"kind": "mlp"}})
    assert not seen


@pytest.mark.usefixtures("no_head")
def test_no_row_passes_twice_whatever_becomes_of_the_others(run, seen, image_folder):
    plain = {"balance": {"mode": "none"}}
    examples, _, built = run({}, **plain)
    assert (built.count("feature-shard"), len(seen)) == (3, 36)  # 48 images in shards of 16, 12 of them test
    other_roles = {"split": {**SECTIONS["split"], "validation_share": 0.4, "calibration_share": 0.1}}
    assert (run({}, **plain, **other_roles)[2].count("feature-shard"), seen) == (0, [])
    run({"views": 2}, **plain)
    assert len(seen) == 36  # the second view alone
    path = image_folder / "Train/nevus/ISIC_0000024.jpg"
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(content)
    run({"views": 2}, **plain)
    assert len(seen) == 2  # both views of the changed image
    run({"network": "another", "views": 2}, **plain)
    assert len(seen) == 72
    assert set(pictures_of(examples.of("test"))).isdisjoint(seen)


@pytest.mark.usefixtures("no_head")
def test_a_file_of_weights_is_part_of_the_keys_and_must_not_change_during_a_run(run, seen, workshop, tmp_path):
    weights = tmp_path / "weights"
    weights.write_text("some")
    _, first, _ = run({"weights": str(weights)})
    given = find_given_weights(workshop.config.train)
    weights.write_text("more")
    assert run({"weights": str(weights)})[1].key != first.key
    with pytest.raises(SourceError, match="was changed while the run was reading it"):
        given.file.read()


def test_a_changed_head_or_loss_redoes_no_feature(run, seen):
    _, first, _ = run({})
    for options in ({"head": {"l2": [0.5]}}, {"head": {"kind": "mlp", "hidden": 3}, "epochs": 1}):
        _, trained, built = run(options)
        assert (built, seen) == (["train"], [])
        assert trained.digest != first.digest


def test_the_file_says_of_validation_pictures_what_the_head_said_of_their_features(run, workshop, tmp_path):
    import keras

    from melanoma.training.validation_score import score_logits

    options = {"network": "tiny+another", "views": 4}
    examples, trained, _ = run(options)
    classes, history = trained.read_json("classes.json"), trained.read_json("history.json")
    validation = examples.of("validation")
    network = keras.saving.load_model(trained.path("model.keras"), compile=False, safe_mode=True)
    logits = network.predict_on_batch(validation.images(np.arange(len(validation.rows)))).astype(float)
    score = score_logits(logits[None], validation.rows["diagnosis"].map(classes.index).to_numpy())
    kept = history["epochs"][history["best_epoch"] - 1]
    assert {name: kept[name] for name in score} == pytest.approx(score, abs=1e-3)
    workshop.store = type(workshop.store)(tmp_path / "another home")
    assert run(options)[1].digest == trained.digest


def test_an_option_that_a_head_lacks_is_refused_also_where_the_method_is_found_out(run):
    with pytest.raises(ConfigError, match=r"^train\.ema does nothing for a head on frozen features; leave it out$"):
        run({"method": "auto", "ema": 0.9})


@pytest.mark.usefixtures("no_head")
def test_a_disk_without_room_for_features_is_one_line_and_the_next_run_makes_them(run, monkeypatch, workshop):
    def reserve(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    run({"views": 1})
    with monkeypatch.context() as disk:
        disk.setattr("os.posix_fallocate", reserve)
        with pytest.raises(DiskFull, match="no space is left on its disk to make feature-shard; free some"):
            run({"views": 2})
    assert list((workshop.store.home / "building").iterdir()) == []
    assert "feature-shard" in run({"views": 2})[2]
