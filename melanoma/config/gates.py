"""What a challenger must show before it takes the champion's place."""

from pydantic import Field

from melanoma.config.section import Section


class GateSettings(Section):
    """One gate. Its margin is how much worse the challenger may be at the worst, by the 95 % interval."""

    enabled: bool = Field(True, description="Whether a challenger that does not pass it is refused.")
    margin: float


class BalancedAccuracyGate(GateSettings):
    """Balanced accuracy on the frozen test rows."""

    margin: float = Field(
        0.03,
        ge=0,
        le=1,
        description="Largest loss that may be left open. Another seed moves it by one or two hundredths; "
        "a loss that is seen beside that is three.",
    )


class MelanomaSensitivityGate(GateSettings):
    """Melanomas found at the frozen threshold."""

    margin: float = Field(
        0.05,
        ge=0,
        le=1,
        description="Largest loss that may be left open: one melanoma in twenty, the share that the operating point "
        "itself may miss.",
    )


class WorstSubgroupGate(GateSettings):
    """Accuracy in the subgroup that has the least of it."""

    margin: float = Field(
        0.05,
        ge=0,
        le=1,
        description="Largest loss that may be left open. Wider than for all images: a subgroup has few of them.",
    )


class CalibrationGate(GateSettings):
    """Expected calibration error on the frozen test rows."""

    margin: float = Field(
        0.03,
        ge=0,
        le=1,
        description="Largest rise that may be left open. Temperature scaling mends less than that; more would move "
        "decisions at a fixed threshold.",
    )


class LatencyGate(GateSettings):
    """Images per second of the bare network, measured beside the champion's."""

    margin: float = Field(
        0.5,
        ge=0,
        lt=1,
        description="Largest share of the champion's rate that may be lost: half as fast still keeps up with a clinic, "
        "and other work on the machine moves the measurement by a fifth.",
    )


class GatesConfig(Section):
    """The gates of a retraining; see `melanoma/registry/gates`."""

    balanced_accuracy: BalancedAccuracyGate = Field(
        default_factory=BalancedAccuracyGate, description="Each diagnosis weighing the same; what the model is for."
    )
    melanoma_sensitivity: MelanomaSensitivityGate = Field(
        default_factory=MelanomaSensitivityGate, description="A melanoma that is missed costs most."
    )
    worst_subgroup: WorstSubgroupGate = Field(
        default_factory=WorstSubgroupGate, description="A better mean may hide a group that is served worse."
    )
    calibration: CalibrationGate = Field(
        default_factory=CalibrationGate, description="Probabilities are read by people, thresholds rest on them."
    )
    latency: LatencyGate = Field(
        default_factory=LatencyGate, description="A larger ensemble may be better and too slow to be used."
    )

    external: tuple[str, ...] = Field(
        (),
        description="Folders or archives of labelled images from elsewhere, on which the same gates are judged too. A "
        "set of few lesions shows nothing, and so keeps the champion in place: register some hundred.",
    )

    def settings(self, gate: str) -> GateSettings:
        """Return the settings of a gate by its name."""
        found: GateSettings = getattr(self, gate)
        return found
