"""The model that a run has trained, opened once for all stages of this process that predict with it or explain it."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import keras

from melanoma.artifacts.record import Artifact
from melanoma.models.forward import Forward, fast_forward
from melanoma.stages.files import MODEL
from melanoma.training.model_file import load_model
from melanoma.training.model_info import ModelInfo


@dataclass(frozen=True)
class OpenedModel:
    """A trained network, and what its file says about it."""

    network: keras.Model
    info: ModelInfo

    @cached_property
    def forward(self) -> Forward:
        """The network as a function, which is converted once."""
        return fast_forward(self.network)


def open_trained(trained: Artifact) -> OpenedModel:
    """Open the model of a train stage; reading and converting two joined networks takes longer than most predictions.

    Args:
        trained: The stage's artifact. An equal digest is equal content, so that the model opened last serves again.

    Returns:
        The model.

    Raises:
        ModelError: If the file is no model of ours.
    """
    return _open(trained.path(MODEL), trained.digest)


@lru_cache(maxsize=1)
def _open(path: Path, _: str) -> OpenedModel:
    loaded = load_model(path)
    return OpenedModel(loaded.network, loaded.info)
