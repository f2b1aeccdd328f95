"""What tables say of images that no source labels, such as those to predict."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from melanoma.data.join_metadata import join_metadata
from melanoma.data.labels import METADATA, Labels, label_rows
from melanoma.data.recognise import read_metadata
from melanoma.data.sources import list_table


def read_image_metadata(tables: Sequence[Path], names: Sequence[str]) -> pd.DataFrame:
    """Find what tables say of images, by the ids in the images' names, as ingest does.

    Args:
        tables: CSV files with a column isic_id or image_id; of several, the first that knows something counts.
        names: The images, each once.

    Returns:
        ``isic_id``, null where no table knows the image, and the columns of `METADATA`, a row for each name in order.

    Raises:
        UsageError: If a table is not there.
        SourceError: If one cannot be read, or has no ids.
    """
    unlabelled = Labels(label_rows(pd.DataFrame({"image_id": list(names)}, dtype="object")))
    known = join_metadata(unlabelled, [read_metadata(list_table(path)) for path in tables]).rows
    return known.set_index("image_id").loc[list(names), ["isic_id", *METADATA]].reset_index(drop=True)
