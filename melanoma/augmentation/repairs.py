"""Operations of Augmentor that fail with today's libraries, or on some pictures, and what is done about each."""

from collections.abc import Callable
from typing import Protocol

from Augmentor import Operations
from PIL import Image

Operate = Callable[[Image.Image], Image.Image]


class _Operation(Protocol):
    """One of Augmentor's operations, which have no types."""

    def perform_operation(self, images: list[Image.Image]) -> list[Image.Image]: ...


class _Crop(_Operation, Protocol):
    width: int
    height: int


def repair(operation: _Operation) -> Operate:
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


def _crop(operation: _Crop, image: Image.Image) -> Image.Image:
    """Crop to a size; a smaller picture stays as it is, as the operation means it but fails before it gets there."""
    is_smaller = operation.width > image.width or operation.height > image.height
    return image if is_smaller else _apply(operation, image)


def _apply(operation: _Operation, image: Image.Image) -> Image.Image:
    return operation.perform_operation([image])[0]
