"""How a network is trained."""

from typing import Literal

from pydantic import Field

from melanoma.config.section import Section


class TrainConfig(Section):
    """Settings of the train stage."""

    network: str = Field(
        "cnn_dropout",
        description="A file in melanoma/models/networks; had a lower validation loss than cnn_batchnorm.",
    )
    dropout: float = Field(
        0.2, ge=0, lt=1, description="Share of units dropped, in networks that have Dropout; the notebook's."
    )
    epochs: int = Field(20, ge=1, le=1000, description="Passes over the training rows, at most.")
    batch_size: int = Field(32, ge=1, le=4096, description="Images per step.")
    learning_rate: float = Field(0.001, gt=0, le=1, description="Adam's step size; Keras' default.")
    patience: int = Field(6, ge=1, description="Epochs without a better validation loss before training stops.")
    early_stopping: bool = Field(True, description="Stop early and keep the best weights; the notebook does neither.")
    precision: Literal["auto", "float32", "mixed_bfloat16"] = Field(
        "auto", description="auto: both are timed on this machine for a few steps and the clearly faster one is taken."
    )
