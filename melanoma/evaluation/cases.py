"""Which predictions are shown: chosen by rule, so that nobody picks the pretty ones."""

from typing import Literal

import numpy as np
import pandas as pd

from melanoma.data.roles import TEST
from melanoma.evaluation.operating_point import DIAGNOSIS
from melanoma.seeding import generator

CaseKind = Literal["right", "wrong", "missed melanoma"]


def choose_cases(predictions: pd.DataFrame, per_kind: int, seed: int) -> dict[CaseKind, pd.DataFrame]:
    """Choose test images that were predicted right, wrong, and melanomas that were missed.

    Right ones are drawn at random; wrong ones and missed melanomas are those with the most confident error.

    Args:
        predictions: `predictions.parquet`.
        per_kind: How many of each kind, at most.
        seed: The run's seed.

    Returns:
        By kind, the chosen rows, with ``probability`` of the predicted diagnosis.
    """
    test = predictions[predictions["split"] == TEST].copy()
    columns = [name for name in test if str(name).startswith("probability:")]
    test["probability"] = test[columns].max(axis=1)
    is_right = test["predicted"] == test["diagnosis"]
    wrong = test[~is_right].sort_values(["probability", "image_id"], ascending=[False, True])
    return {
        "right": draw_rows(test[is_right], per_kind, seed),
        "wrong": wrong[wrong["diagnosis"] != DIAGNOSIS].head(per_kind),
        "missed melanoma": wrong[wrong["diagnosis"] == DIAGNOSIS].head(per_kind),
    }


def draw_rows(rows: pd.DataFrame, count: int, seed: int) -> pd.DataFrame:
    """Draw rows at random, at most a number of them; they keep their order."""
    order = generator(seed, "gallery").permutation(len(rows))[:count]
    return rows.iloc[np.sort(order)]
