"""Features of mean 0 and deviation 1, and how a network learns from them without ever computing them again."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_LEAST_DEVIATION = 1e-6


@dataclass(frozen=True)
class Standard:
    """Mean and deviation of each feature over training rows, float64, [features]; a constant one has deviation 1."""

    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]

    def apply(self, features: NDArray[np.float32]) -> None:
        """Standardise features in place, to save a second copy of them: [..., features]."""
        features -= self.mean.astype(np.float32)
        features /= self.deviation.astype(np.float32)

    def fold(
        self, kernel: NDArray[np.float64], bias: NDArray[np.float64]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the layer that does to features as they are what a layer does to standardised ones.

        ``((x - m) / d) W + b = x (W / d) + (b - (m / d) W)``.

        Args:
            kernel: [features, units].
            bias: [units].

        Returns:
            Kernel and bias for features that are not standardised.
        """
        folded = kernel / self.deviation[:, None]
        return folded.astype(np.float32), (bias - self.mean @ folded).astype(np.float32)


def measure_standard(features: NDArray[np.float32]) -> Standard:
    """Measure features: float32, [rows, features].

    The squares are of what differs from the first row, so that a large mean costs no digits.
    """
    first, total, squares = features[0].astype(np.float64), 0.0, 0.0
    for start in range(0, len(features), 4096):
        apart = features[start : start + 4096] - first
        total, squares = total + apart.sum(axis=0), squares + (apart**2).sum(axis=0)
    moved = np.asarray(total) / len(features)
    deviation = np.sqrt(np.maximum(np.asarray(squares) / len(features) - moved**2, 0))
    return Standard(first + moved, np.where(deviation > _LEAST_DEVIATION, deviation, 1.0))
