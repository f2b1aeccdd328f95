"""Features are made once for each content and view, never of a test row; a head on them is the network that is kept."""

import numpy as np
import pytest

from melanoma.config.pipeline import PipelineConfig
from melanoma.data.sources import list_sources
from melanoma.errors import ConfigError, SourceError
from melanoma.stages.given_files import find_given_weights
from melanoma.stages.pixels import open_examples
from melanoma.stages.table import BALANCE, INGEST, SPLIT, TRAIN

pytestmark = pytest.mark.xdist_group("tensorflow")
SECTIONS = {
    "ingest": {"size_px": 32, "shard_images": 20},
    "balance": {"images_per_class": 6},
    "split": {"validation_share": 0.3, "calibration_share": 0.2, "folds": 3},
}
HEAD = {"network": "tiny", "method": "head"}


@pytest.fixture
def seen(monkeypatch):
    """Put a tiny pretrained network in the catalog's place, and remember each picture that passes through it."""
    from melanoma.models.forward import fast_forward
    from melanoma.training import features, head
    from tests.unit.training.tiny_backbone import tiny

    pictures = []

    class Watched:
        def __init__(self, network):
            self.forward = fast_forward(network)

        def map(self, batches):
            return self.forward.map(self.watch(batches))

        def watch(self, batches):
            for images in batches:
                pictures.extend(image.tobytes() for image in images)
                yield images

    for module in (features, head):
        monkeypatch.setattr(module, "backbone_of", tiny)
    monkeypatch.setattr(features, "fast_forward", Watched)
    features._build_engine.cache_clear()
    yield pictures
    features._build_engine.cache_clear()


@pytest.fixture
def run(workshop, image_folder, audited, seen):
    """Return a function that runs the stages up to train with some training options, and says what was built."""

    def stages(train, **sections):
        workshop.config = PipelineConfig.model_validate({**SECTIONS, **sections, "train": HEAD | train})
        workshop.built.clear()
        ingest = workshop.make(INGEST, material=list_sources([image_folder]))
        balance = workshop.make(BALANCE, ingest, workshop.make(SPLIT, ingest, audited(ingest)))
        trained = workshop.make(TRAIN, ingest, balance, material=find_given_weights(workshop.config.train))
        return open_examples(ingest, balance), trained, list(workshop.built)

    return stages


def pictures_of(examples):
    return {image.tobytes() for image in examples.images(np.arange(len(examples.rows)))}


def test_every_row_but_those_of_the_test_split_is_passed_once_for_each_view(run, seen):
    examples, _, _ = run({"views": 2})
    learned, tested = examples.of("train", "validation", "calibration"), examples.of("test")
    assert len(tested.rows) == 12
    assert len(seen) == 2 * len(learned.rows)
    images = learned.images(np.arange(len(learned.rows)))
    mirrored = {np.ascontiguousarray(image[:, ::-1]).tobytes() for image in images}
    assert set(seen) == pictures_of(learned) | mirrored
    assert not set(seen) & pictures_of(tested)


def test_a_changed_head_or_loss_redoes_no_feature(run, seen):
    _, first, built = run({})
    # 48 images in 3 shards of originals, each with copies
    assert built.count("feature-shard") == 6
    seen.clear()
    for options in ({"head": {"l2": [0.5]}}, {"loss": "logit_adjusted"}, {"head": {"kind": "mlp"}, "epochs": 1}):
        _, trained, built = run(options)
        assert built == ["train"]
        assert trained.digest != first.digest
    assert seen == []


def test_another_role_of_the_same_rows_redoes_no_feature(run):
    run({}, balance={"mode": "none"})
    split = {**SECTIONS["split"], "validation_share": 0.4, "calibration_share": 0.1}
    assert "feature-shard" not in run({}, balance={"mode": "none"}, split=split)[2]


def test_more_views_or_other_weights_are_other_features(run, tmp_path):
    run({})
    assert run({"views": 2})[2].count("feature-shard") == 6
    weights = tmp_path / "weights"
    weights.write_text("some")
    assert run({"weights": str(weights)})[2].count("feature-shard") == 6


def test_one_changed_image_redoes_the_features_of_its_shard(run, image_folder):
    run({}, balance={"mode": "none"})
    path = image_folder / "Train/nevus/ISIC_0000024.jpg"
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(content)
    assert run({}, balance={"mode": "none"})[2].count("feature-shard") == 1


def test_a_file_of_weights_is_part_of_the_key_and_must_not_change_during_a_run(run, workshop, tmp_path):
    weights = tmp_path / "weights"
    weights.write_text("some")
    _, first, _ = run({"weights": str(weights)})
    weights.write_text("more")
    assert run({"weights": str(weights)})[1].key != first.key
    given = find_given_weights(workshop.config.train)
    weights.write_text("other")
    with pytest.raises(SourceError, match="was changed while the run was reading it"):
        given.file.read()


def test_the_work_is_told_in_passes(run, workshop):
    examples, _, _ = run({"views": 4})
    total = 4 * len(examples.of("train", "validation", "calibration").rows)
    assert f"{total} of {total} feature passes" in workshop.told
    assert any(text.startswith(f"features: {total} passes, made at") for text in workshop.told)


@pytest.mark.parametrize("options", [{}, {"network": "tiny+tiny_two", "views": 4}], ids=["one", "joined, four views"])
def test_the_file_says_of_validation_pictures_what_the_head_said_of_their_features(run, options):
    import keras

    from melanoma.training.validation_score import score_logits

    examples, trained, _ = run(options)
    classes, history = trained.read_json("classes.json"), trained.read_json("history.json")
    validation = examples.of("validation")
    network = keras.saving.load_model(trained.path("model.keras"), compile=False, safe_mode=True)
    logits = network.predict_on_batch(validation.images(np.arange(len(validation.rows)))).astype(float)
    score = score_logits(logits[None], validation.rows["diagnosis"].map(classes.index).to_numpy())
    kept = history["epochs"][history["best_epoch"] - 1]
    assert {name: kept[name] for name in score} == pytest.approx(score, abs=1e-3)


def test_equal_runs_give_equal_files_in_another_home(run, workshop, tmp_path):
    for options in ({"views": 2}, {"head": {"kind": "mlp", "hidden": 4}, "epochs": 2}):
        _, first, _ = run(options)
        workshop.store = type(workshop.store)(tmp_path / f"another home {len(options)}")
        assert run(options)[1].digest == first.digest


def test_an_option_that_a_head_lacks_is_refused_also_where_the_method_is_found_out(run, monkeypatch):
    from melanoma.training import method

    monkeypatch.setattr(method, "resolve_method", lambda config: "head")
    with pytest.raises(ConfigError, match=r"^train\.ema does nothing for a head on frozen features; leave it out$"):
        run({"method": "auto", "ema": 0.9})
