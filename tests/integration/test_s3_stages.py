"""Stages whose shards are only in a bucket so far; a machine is a folder of its own."""

import pandas as pd
import pytest
from PIL import Image

from melanoma.artifacts.record import Recipe
from melanoma.artifacts.store import ArtifactStore, Made
from melanoma.config.pipeline import PipelineConfig
from melanoma.config.validate import ValidateConfig
from melanoma.data.sources import list_sources
from melanoma.stages.files import EXCLUSIONS, NEAR_DUPLICATES
from melanoma.stages.pixels import open_part
from melanoma.stages.table import BALANCE, INGEST, SPLIT
from melanoma.validation.audit import audit_images
from melanoma.validation.finding import Evidence
from melanoma.validation.near_duplicates import no_pairs
from tests.conftest import Workshop

CONFIG = PipelineConfig.model_validate(
    {"ingest": {"size_px": 32, "shard_images": 20}, "balance": {"images_per_class": 8}}
)


@pytest.fixture
def machine(shared):
    return lambda name: Workshop(ArtifactStore(shared.home(name)), CONFIG)


def shards_here(ingest):
    return sum(open_part(ingest, number).folder.exists() for number in range(len(ingest.parts)))


def audit(workshop, ingest):
    """Make the artifact of validate that split reads, without Great Expectations."""
    manifest = pd.read_parquet(ingest.path("manifest.parquet"))
    quarantine = pd.read_csv(ingest.path("quarantine.csv"), dtype="object")
    decisions = audit_images(Evidence(manifest, quarantine), ValidateConfig()).decide(manifest)

    def write(folder):
        decisions.to_parquet(folder / EXCLUSIONS, index=False)
        no_pairs().to_parquet(folder / NEAR_DUPLICATES, index=False)
        return Made()

    return workshop.store.obtain(Recipe("validate", {"ingest": ingest.digest}), write).artifact


def test_added_images_are_decoded_alone_on_whatever_machine(machine, image_folder, tmp_path):
    first = machine("first").make(INGEST, material=list_sources([image_folder]))
    new = image_folder / "Train/nevus/ISIC_9000000.jpg"
    Image.open(image_folder / "Train/nevus/ISIC_0000024.jpg").rotate(90).save(new)
    second = machine("second")
    added = second.make(INGEST, material=list_sources([image_folder]))
    assert second.built == ["ingest-shard", "ingest"]
    assert added.parts[:-1] == first.parts
    alone = Workshop(ArtifactStore(tmp_path / "alone"), CONFIG)
    assert added.digest == alone.make(INGEST, material=list_sources([image_folder])).digest


def test_a_stage_brings_the_shards_that_it_reads_and_one_that_is_reused_brings_none(machine, image_folder):
    first, second, third = map(machine, ("first", "second", "third"))
    made = first.make(INGEST, material=list_sources([image_folder]))
    found = second.make(INGEST, material=list_sources([image_folder]))
    split = second.make(SPLIT, found, audit(second, found))
    balance = second.make(BALANCE, found, split)
    assert found.digest == made.digest
    assert "ingest" not in second.built
    assert shards_here(found) == len(made.parts) > 1
    again = third.make(INGEST, material=list_sources([image_folder]))
    reused = third.make(BALANCE, again, third.make(SPLIT, again, audit(third, again)))
    assert (reused.digest, third.built, shards_here(again), shards_here(reused)) == (balance.digest, [], 0, 0)
