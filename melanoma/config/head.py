"""The classifier on the features of a frozen network."""

from typing import Annotated, Literal

from pydantic import Field

from melanoma.config.section import Section


class HeadConfig(Section):
    """Settings of a head, part of the train section."""

    kind: Literal["linear", "mlp"] = Field(
        "linear",
        description="linear: multinomial logistic regression, with one best solution. mlp: one hidden layer, which "
        "dropout, epochs, batch_size, learning_rate, patience and early_stopping are for.",
    )
    l2: tuple[Annotated[float, Field(gt=0, le=1e4)], ...] = Field(
        (3.0, 1.0, 0.3, 0.1, 0.03, 0.01, 0.003),
        min_length=1,
        max_length=50,
        description="linear: strengths of the penalty on squared weights, of standardised features, beside the mean "
        "loss; each is tried, from the strongest, and one is kept. Which is right depends on the number of images.",
    )
    choose: Literal["brier", "cross_entropy", "balanced_accuracy"] = Field(
        "brier",
        description="What validation rows choose by, each diagnosis weighing the same. brier: the squared error of the "
        "probabilities, to which an image adds no more than 2. cross_entropy: their logarithm, which one image of a "
        "diagnosis with few can decide. balanced_accuracy: the share that is right, which chance moves most.",
    )
    hidden: int = Field(256, ge=1, le=8192, description="mlp: units of the hidden layer.")
