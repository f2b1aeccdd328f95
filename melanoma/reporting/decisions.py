"""What the frozen melanoma threshold decides of the test images, against the published diagnosis.

Source: the fourfold table of STARD 2015 (Bossuyt et al. 2015, BMJ 351:h5527, item 23).
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd


def count_decisions(predictions: pd.DataFrame, metrics: Mapping[str, Any]) -> dict[str, int]:
    """Count the test images by decision and published diagnosis.

    Args:
        predictions: `predictions.parquet`.
        metrics: `metrics.json`.

    Returns:
        ``true_positive``, ``false_positive``, ``false_negative`` and ``true_negative``, in images; empty if no
        threshold was frozen or there is no test image.
    """
    point = metrics.get("splits", {}).get("test", {}).get("operating_point", {})
    if "threshold" not in point:
        return {}
    test = predictions[predictions["split"] == "test"]
    called = test[f"probability:{point['class']}"] >= point["threshold"]
    actual = test["diagnosis"] == point["class"]
    return {
        "true_positive": int((called & actual).sum()),
        "false_positive": int((called & ~actual).sum()),
        "false_negative": int((~called & actual).sum()),
        "true_negative": int((~called & ~actual).sum()),
    }
