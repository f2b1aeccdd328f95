"""How a network is trained."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from melanoma.config.head import HeadConfig
from melanoma.config.metadata import MetadataField, check_fields
from melanoma.config.section import Section

# What moves or feeds the weights of a whole network; a head on cached features has none of it.
_NOT_OF_HEADS = (
    "optimizer",
    "weight_decay",
    "schedule",
    "warmup_epochs",
    "ema",
    "frozen_epochs",
    "backbone_rate",
    "augment",
)
_NONE = "none"


class TrainConfig(Section):
    """Settings of the train stage."""

    network: str = Field(
        "efficientnet_lite1",
        description="A file in melanoma/models/networks, or a network of keras.applications by its name; `a+b` joins "
        "the features of several pretrained networks for one head. docs/adr/0011 says why this one.",
    )
    method: Literal["auto", "head", "finetune", "scratch"] = Field(
        "auto",
        description="head: a classifier on features of the frozen network. finetune: the head, then all of it. scratch:"
        " from random weights. auto: head where the network has pretrained weights, else scratch.",
    )
    weights: str | None = Field(
        None,
        min_length=1,
        description="File of weights for a network of keras.applications; without it they come from Keras' hub.",
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
    devices: int = Field(
        1,
        ge=1,
        le=1024,
        description="GPUs, or other devices of this machine, that each batch is divided over; more than 1 needs "
        "KERAS_BACKEND=jax, and a batch_size that is a multiple of it.",
    )
    deterministic: bool = Field(
        True, description="Equal weights, bit by bit, for equal runs; costs no time on a CPU, some on a GPU."
    )

    # What the network is given beside the picture.
    metadata: Annotated[tuple[MetadataField, ...], BeforeValidator(check_fields)] = Field(
        (),
        description="Fields of age_approx, sex, anatom_site_general that go into the network beside the picture; where "
        "one is missing or out of range the network is told that it is unknown.",
    )

    # What is minimised, and over which rows.
    loss: Literal["cross_entropy", "logit_adjusted", "focal"] = Field(
        "logit_adjusted",
        description="logit_adjusted: rare diagnoses count as often as frequent ones (Menon et al. 2021). focal: hard "
        "images weigh more (Lin et al. 2017). Where it is not named, class_weights, a sampler or label_smoothing makes "
        "it cross_entropy.",
    )
    tau: float = Field(1.0, ge=0, le=5, description="Strength of logit_adjusted; 1 is the paper's.")
    focal_gamma: float = Field(2.0, ge=0, le=10, description="Focus of the focal loss; 2 is the paper's.")
    label_smoothing: float = Field(0.0, ge=0, lt=1, description="Share of each label spread over all diagnoses.")
    class_weights: Literal["none", "balanced"] = Field(
        "none", description="balanced: an image weighs n / (classes * images of its diagnosis)."
    )
    sampler: Literal["none", "balanced", "sqrt"] = Field(
        "none",
        description="balanced: an epoch draws each diagnosis equally often. sqrt: by the square root of its images.",
    )

    # How the weights move.
    optimizer: Literal["adam", "adamw"] = Field("adam", description="adamw: with weight_decay, decoupled.")
    weight_decay: float = Field(0.0, ge=0, le=1, description="Decay of the weights per step, times the rate; adamw's.")
    schedule: Literal["constant", "cosine"] = Field(
        "constant", description="cosine: the rate falls to 0 over all epochs."
    )
    warmup_epochs: int = Field(0, ge=0, le=100, description="Epochs over which the rate first rises from 0.")
    ema: float = Field(
        0.0, ge=0, lt=1, description="Momentum of the moving average of the weights that is kept; 0: the weights."
    )
    frozen_epochs: int = Field(
        2, ge=0, le=1000, description="finetune: epochs in which only the head learns, before all of the network does."
    )
    backbone_rate: float = Field(
        0.1, gt=0, le=1, description="finetune: the rate of the pretrained layers, as a share of learning_rate."
    )
    augment: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Strength of the augmentation inside the training step: turns, mirroring, shift, zoom, light.",
    )

    # What is put together for a prediction.
    views: Literal[1, 2, 4, 8] = Field(
        1,
        description="Symmetries of the picture that a prediction averages over; a head also learns from as many. Each "
        "is a pass through the network; two show a picture and its mirror image.",
    )
    members: int = Field(1, ge=1, le=20, description="Networks whose predictions one model file averages.")
    members_over: Literal["seeds", "folds"] = Field(
        "seeds", description="What the members differ in: their seed, or the fold that each does not see."
    )

    # The classifier on frozen features.
    head: HeadConfig = Field(default_factory=HeadConfig, description="The classifier that method head trains.")

    @model_validator(mode="after")
    def _head_has_what_is_asked(self) -> Self:
        if self.method != "head":
            return self
        for name in _NOT_OF_HEADS:
            if getattr(self, name) != type(self).model_fields[name].default:
                raise ValueError(f"train.{name} does nothing for a head on frozen features; leave it out")
        if self.precision == "mixed_bfloat16":
            raise ValueError("train.precision: a head is fitted in float32; leave it out")
        if self.members > 1 and self.members_over == "seeds" and self.head.kind == "linear":
            raise ValueError(
                "train.members: linear heads are the same for every seed; set train.members_over=folds or "
                "train.head.kind=mlp"
            )
        if self.devices > 1 and self.head.kind == "linear":
            raise ValueError(
                "train.devices does nothing for a linear head, which has no batches; leave it out, or set "
                "train.head.kind=mlp"
            )
        return self

    @model_validator(mode="before")
    @classmethod
    def _leave_to_others(cls, values: object) -> object:
        """Adjust no logits where another option balances diagnoses or smooths labels, and no loss is named."""
        if not isinstance(values, Mapping) or "loss" in values:
            return values
        balances = any(values.get(name, _NONE) != _NONE for name in ("class_weights", "sampler"))
        return {**values, "loss": "cross_entropy"} if balances or values.get("label_smoothing") else values

    @model_validator(mode="after")
    def _fits_together(self) -> "TrainConfig":
        """Refuse settings that would do nothing, or do the same thing twice."""
        if self.weight_decay and self.optimizer != "adamw":
            raise ValueError("weight_decay is adamw's; set optimizer to adamw")
        if self.label_smoothing and self.loss != "cross_entropy":
            # Smoothed labels give rare diagnoses more than their prior, and keep every image hard.
            raise ValueError(f"label_smoothing works against loss {self.loss}; set it to 0 or loss to cross_entropy")
        balanced_by = (self.loss == "logit_adjusted", self.class_weights != "none", self.sampler != "none")
        if sum(balanced_by) > 1:
            raise ValueError(
                "loss logit_adjusted, class_weights and sampler each balance alone; keep one of them, "
                "the loss as cross_entropy and the others as none"
            )
        if self.warmup_epochs and self.warmup_epochs >= self.epochs:
            raise ValueError("warmup_epochs leaves no epoch at the full rate; give fewer than epochs")
        if self.batch_size % self.devices:
            uneven = f"batch_size {self.batch_size} does not divide evenly over {self.devices} devices"
            raise ValueError(f"{uneven}; set it to a multiple of {self.devices}")
        return self
