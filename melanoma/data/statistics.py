"""Simple properties of pictures, by which one source of images can be told from another."""

import numpy as np
import pandas as pd

from melanoma.data.examples import ExampleSet

_BATCH = 256
_BORDER_SHARE = 0.08


def image_statistics(examples: ExampleSet) -> pd.DataFrame:
    """Measure colour, border and sharpness of each example.

    Args:
        examples: Rows and pixels.

    Returns:
        One row per example, indexed by image_id: mean and standard deviation of each channel, mean brightness of the
        border, in grey levels from 0 to 255, and sharpness, the mean absolute difference of neighbouring pixels.
    """
    starts = range(0, len(examples.rows), _BATCH)
    measured = [_measure(examples.images(np.arange(s, min(s + _BATCH, len(examples.rows))))) for s in starts]
    return pd.DataFrame(np.concatenate(measured), index=pd.Index(examples.rows["image_id"]), columns=_COLUMNS)


_COLUMNS = ["mean_r", "mean_g", "mean_b", "std_r", "std_g", "std_b", "border", "sharpness"]


def _measure(images: np.ndarray) -> np.ndarray:
    values = images.astype(np.float32)
    grey = values.mean(axis=3)
    edge = max(1, int(_BORDER_SHARE * grey.shape[1]))
    inner = np.zeros(grey.shape[1:], dtype=bool)
    inner[edge:-edge, edge:-edge] = True
    sharpness = np.abs(np.diff(grey, axis=1)).mean(axis=(1, 2)) + np.abs(np.diff(grey, axis=2)).mean(axis=(1, 2))
    columns = [
        values.mean(axis=(1, 2)),
        values.std(axis=(1, 2)),
        grey[:, ~inner].mean(axis=1)[:, None],
        sharpness[:, None],
    ]
    return np.concatenate(columns, axis=1).astype(np.float64)
