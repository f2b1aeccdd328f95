"""What the validate stage hands to the checks, and what it writes of their numbers."""

import pytest
from PIL import Image

from melanoma.config.pipeline import PipelineConfig
from melanoma.data.sources import list_sources
from melanoma.stages.given_files import GivenFiles
from melanoma.stages.table import INGEST, VALIDATE
from melanoma.stages.validate import read_evidence


@pytest.fixture
def ingested(workshop, image_folder):
    """The drawn set, in which one picture is replaced by a black one and one by a tiny one."""
    black, tiny = sorted((image_folder / "Train/nevus").glob("*.jpg"))[:2]
    Image.new("RGB", (48, 48)).save(black)
    Image.open(tiny).resize((24, 24)).save(tiny)
    workshop.config = PipelineConfig.model_validate({"ingest": {"size_px": 40}})
    return workshop.make(INGEST, material=list_sources([image_folder])), black, tiny


def test_the_evidence_has_the_input_size_the_seed_and_what_was_measured(ingested):
    evidence = read_evidence(ingested[0], GivenFiles(), 7)
    assert (evidence.size_px, evidence.seed) == (40, 7)
    assert evidence.manifest["brightness"].notna().all()


def test_blank_and_small_pictures_are_found_and_the_blank_one_leaves(workshop, ingested):
    ingest, black, tiny = ingested
    audit = workshop.make(VALIDATE, ingest).read_json("audit.json")
    found = {finding["check"]: (finding["examples"], finding["excluded"]) for finding in audit["findings"]}
    assert found["blank_image"] == ([f"Train/nevus/{black.name}"], 1)
    assert found["small_image"] == ([f"Train/nevus/{tiny.name}"], 0)
    assert set(audit["checks_run"]) >= {"source_confound", "outlier_image", "small_class", "class_only_in_test"}
