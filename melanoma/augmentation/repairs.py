"""Operations of Augmentor that fail with today's libraries, or on some pictures, and what is done about each."""

from collections.abc import Callable
from typing import Any

from Augmentor import Operations
from PIL import Image

Operate = Callable[[Image.Image], Image.Image]


def repair(operation: Any) -> Operate:  # noqa: ANN401  # Augmentor has no types
    """Return what applies one of Augmentor's operations to one picture, mended where it needs to be.

    Args:
        operation: One of Augmentor's operations.

    Returns:
        A function from picture to picture.
    """
    if isinstance(operation, Operations.Crop):
        return lambda image: _crop(operation, image)
    if isinstance(operation, Operations.Resize) and operation.resample_filter == "ANTIALIAS":
        operation.resample_filter = "LANCZOS"  # the filter's name since Pillow 2.7, and the only one since 10
    return lambda image: _apply(operation, image)


def _crop(operation: Any, image: Image.Image) -> Image.Image:  # noqa: ANN401
    """Crop to a size; a smaller picture stays as it is, as the operation means it but fails before it gets there."""
    is_smaller = operation.width > image.width or operation.height > image.height
    return image if is_smaller else _apply(operation, image)


def _apply(operation: Any, image: Image.Image) -> Image.Image:  # noqa: ANN401
    made: list[Image.Image] = operation.perform_operation([image])
    return made[0]
