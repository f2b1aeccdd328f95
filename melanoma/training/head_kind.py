"""What a kind of head is to the rest of the project: how it is fitted, and what that gives."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from melanoma.config.train import TrainConfig
from melanoma.training.standard_features import Standard


@dataclass(frozen=True)
class Labelled:
    """Standardised features and diagnoses.

    Attributes:
        features: float32, [views, n, features].
        truth: Position of each row's diagnosis, [n].
    """

    features: NDArray[np.float32]
    truth: NDArray[np.intp]

    @property
    def flat(self) -> NDArray[np.float32]:
        """Each view of each row as a row of its own: [views * n, features]."""
        return self.features.reshape(-1, self.features.shape[-1])

    def per_view(self, of_row: NDArray[Any]) -> NDArray[Any]:
        """Repeat what each row has, [n, ...], for each of its views: [views * n, ...]."""
        return np.concatenate([of_row] * len(self.features))


@dataclass(frozen=True)
class HeadRequest:
    """What to fit, on what.

    Attributes:
        training: The rows to learn from.
        kept: Which of them this head sees, bool, [n]; a member of an ensemble leaves out a fold.
        validation: The rows to choose by.
        standard: What undoes the standardisation.
        classes: Number of diagnoses.
        config: How.
        seed: Decides what is random in it.
        name: The name of its network.
    """

    training: Labelled
    kept: NDArray[np.bool_]
    validation: Labelled
    standard: Standard
    classes: int
    config: TrainConfig
    seed: int
    name: str = "head"


@dataclass(frozen=True)
class FittedHead:
    """A head, and how it came about.

    Attributes:
        network: Features as they come out of the frozen network, [n, features] -> logits, [n, classes].
        steps: Figures of each epoch, or of each strength that was tried, in order.
        best: Position of the step that was kept.
    """

    network: keras.Model
    steps: list[dict[str, float]]
    best: int


@dataclass(frozen=True)
class HeadKind:
    """One kind of head, a file in `melanoma.training.heads`.

    Attributes:
        name: Its name in the configuration.
        steps_are: What its steps are: ``epoch``, or the name of what is tried out.
        fit: Fits it; the second argument is told how far it is, a text and a share.
    """

    name: str
    steps_are: str
    fit: Callable[[HeadRequest, Callable[[str, float], None]], FittedHead]
