"""Read the table of predictions that evaluate has left."""

from pathlib import Path

import pandas as pd

from melanoma.errors import ArtifactDamaged


def read_predictions(path: Path) -> pd.DataFrame:
    """Read `predictions.parquet`.

    Args:
        path: The file.

    Returns:
        One row per image, as `melanoma.evaluation.check_predictions` describes it.

    Raises:
        ArtifactDamaged: If it is missing, cut off or no such table; no figure is made from a part of it.
    """
    try:
        return pd.read_parquet(path)
    except (OSError, ValueError) as problem:
        fault = "is cut off, or no table of predictions" if path.exists() else "is missing"
        raise ArtifactDamaged(f"{path}: {fault}; run the pipeline again") from problem
