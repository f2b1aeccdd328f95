"""The eight symmetries of a square picture, numbered so that the first 1, 2, 4 and 8 of them are groups.

A lesion has no up and no left, so each of them shows it as well as any other. Number by number:

0 as it is, 1 mirrored left-right, 2 mirrored top-bottom, 3 both; 4 to 7 the same, then transposed.

The first two are the picture and its mirror image, the first four its flips, all eight its flips and quarter turns.
"""

from typing import Any

from numpy.typing import NDArray

SYMMETRIES = 8
LEFT_RIGHT, TOP_BOTTOM, TRANSPOSED = 1, 2, 4


def turn(pictures: NDArray[Any], symmetry: int) -> NDArray[Any]:
    """Return pictures in one of their symmetric forms, as a view of them.

    Args:
        pictures: [n, size, size, channels].
        symmetry: 0 to 7.

    Returns:
        [n, size, size, channels].

    Examples:
        >>> picture = np.array([[1, 2], [3, 4]]).reshape(1, 2, 2, 1)
        >>> turn(picture, 1)[0, :, :, 0].tolist()
        [[2, 1], [4, 3]]
        >>> turn(picture, 5)[0, :, :, 0].tolist()  # mirrored, then transposed
        [[2, 4], [1, 3]]
    """
    if symmetry & LEFT_RIGHT:
        pictures = pictures[:, :, ::-1]
    if symmetry & TOP_BOTTOM:
        pictures = pictures[:, ::-1]
    return pictures.transpose(0, 2, 1, 3) if symmetry & TRANSPOSED else pictures


def turn_back(pictures: NDArray[Any], symmetry: int) -> NDArray[Any]:
    """Return pictures that `turn` has turned, or maps of them, as they were.

    Args:
        pictures: [n, size, size, channels].
        symmetry: 0 to 7.

    Returns:
        [n, size, size, channels].

    Examples:
        >>> picture = np.arange(9).reshape(1, 3, 3, 1)
        >>> all((turn_back(turn(picture, symmetry), symmetry) == picture).all() for symmetry in range(8))
        True
    """
    upright = pictures.transpose(0, 2, 1, 3) if symmetry & TRANSPOSED else pictures
    return turn(upright, symmetry & ~TRANSPOSED)
