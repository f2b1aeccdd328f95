"""Predictions to evaluate."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from melanoma.evaluation.scored_rows import ScoredRows

NINE = (
    "melanoma",
    "nevus",
    "vascular lesion",
    "actinic keratosis",
    "basal cell carcinoma",
    "dermatofibroma",
    "pigmented benign keratosis",
    "seborrheic keratosis",
    "squamous cell carcinoma",
)
CLASSES = NINE[:3]


@pytest.fixture
def make_rows() -> Callable[..., ScoredRows]:
    """Return a maker of random rows; probabilities are rounded so that many are equal."""

    def make(seed: int = 0, size: int = 60, classes: int = 3, lesions: int | None = None) -> ScoredRows:
        random = np.random.default_rng(seed)
        truth = np.arange(size) % classes
        scores = random.integers(1, 6, size=(size, classes)) + (truth[:, None] == np.arange(classes))
        probabilities = scores / scores.sum(axis=1, keepdims=True)
        groups = np.arange(size) if lesions is None else np.arange(size) % lesions
        return ScoredRows(NINE[:classes], truth, probabilities.argmax(axis=1), probabilities, groups)

    return make


@pytest.fixture
def make_predictions() -> Callable[..., pd.DataFrame]:
    """Return a maker of a table of predictions; `strength` decides how often they are right."""

    def make(
        validation: int = 60, test: int = 60, seed: int = 0, strength: float = 1.0, classes: tuple[str, ...] = CLASSES
    ) -> pd.DataFrame:
        random = np.random.default_rng(seed)
        size = validation + test
        truth = np.arange(size) % len(classes)
        scores = np.exp(random.normal(size=(size, len(classes))) + strength * (truth[:, None] == range(len(classes))))
        probabilities = scores / scores.sum(axis=1, keepdims=True)
        table = pd.DataFrame(
            {
                "image_id": [f"image_{i}.jpg" for i in range(size)],
                "isic_id": [f"ISIC_{i}" for i in range(size)],
                "parent_id": None,
                "split": ["validation"] * validation + ["test"] * test,
                "group_id": [f"lesion_{i}" for i in range(size)],
                "diagnosis": np.array(classes)[truth],
                "predicted": np.array(classes)[probabilities.argmax(axis=1)],
                "age_approx": np.where(np.arange(size) % 7 == 0, np.nan, 20.0 + np.arange(size) % 60),
                "sex": np.array(["female", "male", None], dtype=object)[np.arange(size) % 3],
                "anatom_site_general": "torso",
                "fitzpatrick_skin_type": np.array(["II", "III"])[np.arange(size) % 2],
                "attribution": "a clinic",
            }
        )
        columns = {f"probability:{name}": probabilities[:, c] for c, name in enumerate(classes)}
        return table.assign(**columns)

    return make
