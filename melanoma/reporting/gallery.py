"""Which examples the report shows: chosen by rule, so that nobody picks the pretty ones."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from melanoma.data.examples import COPY, ExampleSet
from melanoma.evaluation.cases import choose_cases, draw_rows
from melanoma.reporting.evidence import GalleryImage, Kind

THUMBNAIL_PX = 112
PictureFinder = Callable[[str], bytes]
_QUALITY = 85


def choose_examples(examples: ExampleSet, predictions: pd.DataFrame, per_kind: int, seed: int) -> list[GalleryImage]:
    """Choose test images that were predicted right, wrong, and melanomas that were missed, and augmented copies.

    Right ones and copies are drawn at random; wrong ones and missed melanomas are those with the most confident error.

    Args:
        examples: All examples and their pixels.
        predictions: `predictions.parquet`.
        per_kind: How many of each kind, at most.
        seed: The run's seed.

    Returns:
        The examples with their pictures.
    """
    copies = examples.rows[examples.rows["origin"] == COPY]
    chosen: list[tuple[Kind, pd.DataFrame]] = [
        *choose_cases(predictions, per_kind, seed).items(),
        ("augmented", draw_rows(copies, per_kind, seed)),
    ]
    pictures = picture_finder(examples)
    return [_describe(kind, row, pictures) for kind, rows in chosen for _, row in rows.iterrows()]


def picture_finder(examples: ExampleSet) -> PictureFinder:
    """Return a function that makes the thumbnail of an image by its id, as JPEG bytes."""
    positions = {image_id: position for position, image_id in enumerate(examples.rows["image_id"])}
    return lambda image_id: _thumbnail(examples.images(np.array([positions[image_id]]))[0])


def _describe(kind: Kind, row: pd.Series, picture: Callable[[str], bytes]) -> GalleryImage:
    image_id = str(row["image_id"])
    if kind == "augmented":
        return GalleryImage(image_id, kind, picture(image_id), row["diagnosis"], source=picture(str(row["parent_id"])))
    return GalleryImage(
        image_id, kind, picture(image_id), row["diagnosis"], row["predicted"], float(row["probability"])
    )


def _thumbnail(pixels: NDArray[np.uint8]) -> bytes:
    picture = Image.fromarray(pixels).resize((THUMBNAIL_PX, THUMBNAIL_PX), Image.Resampling.LANCZOS)
    stream = BytesIO()
    picture.save(stream, "JPEG", quality=_QUALITY)
    return stream.getvalue()
