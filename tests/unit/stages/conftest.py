"""Stages up to balance, with the audit's decisions but without Great Expectations, and a tiny pretrained network."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from melanoma.artifacts.record import Artifact, Recipe
from melanoma.artifacts.store import Made
from melanoma.config.pipeline import PipelineConfig
from melanoma.config.validate import ValidateConfig
from melanoma.stages.files import EXCLUSIONS, NEAR_DUPLICATES
from melanoma.validation.audit import audit_images
from melanoma.validation.finding import Evidence
from melanoma.validation.near_duplicates import no_pairs
from tests.unit.stages.crowned_run import make_artifacts


@pytest.fixture
def audited(workshop) -> Callable[[Artifact], Artifact]:
    """Return a function that makes the artifact of validate that split reads."""

    def audit(ingest: Artifact) -> Artifact:
        manifest = pd.read_parquet(ingest.path("manifest.parquet"))
        quarantine = pd.read_csv(ingest.path("quarantine.csv"), dtype="object")
        decisions = audit_images(Evidence(manifest, quarantine), ValidateConfig()).decide(manifest)

        def write(folder: Path) -> Made:
            decisions.to_parquet(folder / EXCLUSIONS, index=False)
            no_pairs().to_parquet(folder / NEAR_DUPLICATES, index=False)
            return Made()

        return workshop.store.obtain(Recipe("validate", {"ingest": ingest.digest}), write).artifact

    return audit


@pytest.fixture
def seen(monkeypatch):
    """Put a tiny pretrained network in the catalog's place, and remember each picture that passes through it."""
    from melanoma.models.forward import fast_forward
    from melanoma.training import features, head, method
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
    monkeypatch.setattr(method, "require_network", lambda name: None)
    monkeypatch.setattr(method, "resolve_method", lambda config: "head")
    monkeypatch.setattr(features, "fast_forward", Watched)
    features._build_engine.cache_clear()
    yield pictures
    features._build_engine.cache_clear()


@pytest.fixture
def made(workshop, audited, image_folder):
    """Return a function that makes the artifacts of a run on the small generated set anew."""
    workshop.config = PipelineConfig.model_validate({"ingest": {"size_px": 32}, "evaluate": {"resamples": 100}})
    return partial(make_artifacts, workshop, audited, image_folder)
