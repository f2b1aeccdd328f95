import pytest

from melanoma.config.pipeline import PipelineConfig
from melanoma.data.sources import list_sources
from melanoma.stages.plan import plan_run
from melanoma.stages.table import INGEST


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
