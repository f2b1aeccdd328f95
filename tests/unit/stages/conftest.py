"""Stages up to balance, with the audit's decisions but without Great Expectations."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from melanoma.artifacts.record import Artifact, Recipe
from melanoma.artifacts.store import Made
from melanoma.config.validate import ValidateConfig
from melanoma.stages.files import EXCLUSIONS, NEAR_DUPLICATES
from melanoma.validation.audit import audit_images
from melanoma.validation.finding import Evidence
from melanoma.validation.near_duplicates import no_pairs


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
