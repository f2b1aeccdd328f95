"""Promotions and predictions to judge."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from melanoma.config.evaluate import EvaluateConfig
from melanoma.evaluation.operating_point import OperatingPoint
from melanoma.registry.entry import Draft, Entry
from melanoma.registry.gate import Contender, Match
from melanoma.registry.ledger import append_entry

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
CLASSES = ("melanoma", "nevus", "vascular lesion")


@pytest.fixture
def draft() -> Callable[..., Draft]:
    """Return a maker of drafts; what is not given is unremarkable."""

    def make(action: str = "promote", run_id: str = "first", **values: Any) -> Draft:
        usual = {"model_sha256": "a" * 64, "test_rows_sha256": "b" * 64, "reason": "passed: balanced_accuracy"}
        return Draft.model_validate({"action": action, "run_id": run_id, **usual, **values})

    return make


@pytest.fixture
def append(tmp_path: Path, draft: Callable[..., Draft]) -> Callable[..., Entry]:
    """Return a function that adds a line to a ledger in `tmp_path`."""
    return lambda *names, **values: append_entry(tmp_path, lambda _: draft(*names, **values), NOON)


@pytest.fixture
def predict() -> Callable[..., pd.DataFrame]:
    """Return a maker of predictions that are right in a share of rows, chosen by a seed; confidence is that share."""

    def make(right: float, size: int = 600, seed: int = 1, classes: tuple[str, ...] = CLASSES) -> pd.DataFrame:
        random = np.random.default_rng(seed)
        truth = np.arange(size) % len(classes)
        predicted = np.where(random.random(size) < right, truth, (truth + 1) % len(classes))
        probabilities = np.full((size, len(classes)), (1 - right) / (len(classes) - 1))
        probabilities[np.arange(size), predicted] = right
        table = pd.DataFrame(
            {
                "image_id": [f"image_{i:04d}.jpg" for i in range(size)],
                "split": "test",
                "group_id": [f"lesion_{i:04d}" for i in range(size)],
                "diagnosis": np.array(classes)[truth],
                "predicted": np.array(classes)[predicted],
                "age_approx": 20.0 + np.arange(size) % 60,
                "sex": np.array(["female", "male"])[np.arange(size) // 3 % 2],
                "anatom_site_general": "torso",
            }
        )
        return table.assign(**{f"probability:{name}": probabilities[:, c] for c, name in enumerate(classes)})

    return make


@pytest.fixture
def match() -> Callable[..., Match]:
    """Return a maker of matches; each side calls melanoma from 0.5 on unless another rule is given."""

    def make(challenger: pd.DataFrame, champion: pd.DataFrame | None, **sides: Any) -> Match:
        half = OperatingPoint(0.5, 0.95)
        first = Contender(challenger, sides.get("point", half), sides.get("rates", ()))
        other = (
            None if champion is None else Contender(champion, sides.get("other_point", half), sides.get("others", ()))
        )
        return Match(first, other, EvaluateConfig(resamples=sides.get("resamples", 400)), 7)

    return make
