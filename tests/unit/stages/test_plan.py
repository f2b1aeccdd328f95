import pytest

from melanoma.artifacts.store import Made
from melanoma.config.pipeline import PipelineConfig
from melanoma.data.sources import list_sources
from melanoma.errors import UsageError
from melanoma.stages.engine import Order, recipe_of
from melanoma.stages.given_files import find_given_files
from melanoma.stages.plan import plan_run
from melanoma.stages.table import INGEST, VALIDATE


@pytest.fixture
def plan(workshop, image_folder):
    def look(last_keys=None, **sections):
        config = PipelineConfig.model_validate(sections)
        planned = plan_run(workshop.store, config, list_sources([image_folder]), last_keys or {})
        return {entry.stage: entry for entry in planned}

    return look


@pytest.fixture
def ingested(workshop, image_folder):
    return workshop.make(INGEST, material=list_sources([image_folder]))


def test_before_the_first_run_nothing_is_there(plan):
    planned = plan()
    assert list(planned) == [
        "ingest",
        "validate",
        "split",
        "balance",
        "train",
        "evaluate",
        "robustness",
        "explain",
        "audit-page",
        "training-curves",
        "confusion-matrix",
        "report",
    ]
    assert not any(entry.hit for entry in planned.values())
    assert planned["ingest"].reason == "never made"
    assert (planned["validate"].reason, planned["validate"].key) == ("waits for ingest", None)
    assert planned["split"].reason == "waits for ingest, validate"


def test_what_was_made_is_a_hit_under_its_key(plan, ingested):
    planned = plan()
    assert (planned["ingest"].hit, planned["ingest"].key, planned["ingest"].reason) == (True, ingested.key, "")
    assert (planned["validate"].hit, planned["validate"].reason) == (False, "never made")
    assert planned["split"].reason == "waits for validate"


def test_a_plan_makes_nothing(plan, workshop):
    plan()
    assert workshop.built == []
    assert not workshop.store.home.exists()


def test_a_changed_value_is_named(plan, ingested):
    planned = plan({"ingest": ingested.key}, ingest={"size_px": 64})
    assert (planned["ingest"].hit, planned["ingest"].reason) == (False, "changed: config.ingest.size_px")


def test_a_changed_image_is_named(plan, ingested, image_folder):
    (image_folder / "Train/nevus/ISIC_0000024.jpg").unlink()
    assert plan({"ingest": ingested.key})["ingest"].reason == "changed: images or tables"


def test_a_changed_value_of_a_later_stage_leaves_the_earlier_hit(plan, ingested):
    assert plan({"ingest": ingested.key}, train={"epochs": 3})["ingest"].hit


def test_a_damaged_artifact_is_told(plan, ingested):
    ingested.path("places.parquet").unlink()
    planned = plan({"ingest": ingested.key})
    assert (planned["ingest"].hit, planned["ingest"].reason) == (False, "its artifact is damaged")
    assert planned["validate"].reason == "waits for ingest"


def test_an_artifact_that_is_gone_is_told(plan, ingested):
    ingested.folder.rename(ingested.folder.with_name("elsewhere"))
    assert plan({"ingest": ingested.key})["ingest"].reason == "the last run's artifact is gone"


def test_a_changed_reference_file_is_named(plan, ingested, workshop, tmp_path):
    reference = tmp_path / "reference.csv"
    reference.write_text("isic_id,diagnosis\nISIC_0000001,nevus\n")
    section = {"reference_labels": str(reference)}
    workshop.config = PipelineConfig.model_validate({"validation": section})
    given = find_given_files(workshop.config.validation)
    order = Order(VALIDATE, workshop.config, {"ingest": ingested}, given)
    audited = workshop.store.obtain(recipe_of(order), lambda folder: Made()).artifact
    assert plan({"validate": audited.key}, validation=section)["validate"].hit
    reference.write_text("isic_id,diagnosis\nISIC_0000001,melanoma\n")
    planned = plan({"validate": audited.key}, validation=section)["validate"]
    assert (planned.hit, planned.reason) == (False, "changed: reference labels or expectations")


def test_a_reference_file_that_is_not_there_is_said(plan):
    with pytest.raises(UsageError, match=r"^validation\.reference_labels: nowhere\.csv: cannot be read"):
        plan(validation={"reference_labels": "nowhere.csv"})


def test_a_file_of_weights_that_is_not_there_is_said(plan):
    with pytest.raises(UsageError, match=r"^train\.weights: nowhere\.h5: cannot be read"):
        plan(train={"weights": "nowhere.h5"})
