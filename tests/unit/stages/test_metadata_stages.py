"""From the manifest to the metrics: a head that is told of sex has it from the manifest, and the record says so."""

import pytest

from melanoma.config.pipeline import PipelineConfig
from melanoma.data.sources import list_sources
from melanoma.stages.pixels import open_examples
from melanoma.stages.table import BALANCE, EVALUATE, EXPLAIN, INGEST, ROBUSTNESS, SPLIT, TRAIN
from melanoma.training.metadata import note_unknown
from tests.conftest import CLASSES

pytestmark = pytest.mark.xdist_group("tensorflow")
SETTINGS = {
    "ingest": {"size_px": 32, "shard_images": 20},
    "balance": {"images_per_class": 6},
    "split": {"validation_share": 0.3, "calibration_share": 0.2, "folds": 3},
    "evaluate": {"resamples": 100},
}


@pytest.fixture
def run(workshop, image_folder, audited, seen):
    """Return a function that carries out all stages with some fields of metadata."""

    def stages(*fields):
        train = {"network": "tiny", "method": "head", "views": 2, "metadata": list(fields)}
        workshop.config = PipelineConfig.model_validate({**SETTINGS, "train": train})
        workshop.built.clear()
        ingest = workshop.make(INGEST, material=list_sources([image_folder]))
        balance = workshop.make(BALANCE, ingest, workshop.make(SPLIT, ingest, audited(ingest)))
        trained = workshop.make(TRAIN, ingest, balance)
        evaluated = workshop.make(EVALUATE, ingest, balance, trained)
        looks = [workshop.make(stage, ingest, balance, trained, evaluated) for stage in (ROBUSTNESS, EXPLAIN)]
        return open_examples(ingest, balance), trained, evaluated, looks

    return stages


def test_the_manifest_tells_the_model_and_the_record_says_what_is_unknown(run, workshop, image_folder):
    from melanoma.training.model_info import read_info

    table = image_folder / "metadata.csv"
    lines = table.read_text().splitlines()
    ids = [f"ISIC_{8 * label + 7:07d}" for label in range(len(CLASSES))]  # the last test image of each class
    table.write_text("\n".join(line for line in lines if line.split(",")[0] not in ids))
    _, plain, unaware, _ = run()
    assert "metadata" not in unaware.read_json("metrics.json")
    examples, trained, evaluated, (tried, explained) = run("sex", "age_approx")
    assert read_info(trained.path("model.keras")).metadata == ("sex", "age_approx")
    assert trained.read_json("history.json")["metadata"] == ["sex", "age_approx"]
    judged = examples.of("validation", "calibration", "test")
    assert note_unknown(judged.rows, ["sex"]) == [f"sex: unknown for 6 of {len(judged.rows)} images"]
    assert evaluated.read_json("metrics.json")["metadata"] == {
        "fields": ["sex", "age_approx"],
        "notes": note_unknown(judged.rows, ["sex", "age_approx"]),
    }
    assert workshop.built == ["train", "evaluate", "robustness", "explain"]  # pictures and their features are the same
    assert trained.digest != plain.digest
    assert tried.read_json("robustness.json")["images"] == len(judged.of("test").rows)
    assert explained.read_json("explanations.json")["reason"] is None
