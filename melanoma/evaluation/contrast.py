"""One figure of two models on the same images: both values, the difference, and what it is evidence of."""

from dataclasses import dataclass
from typing import Any, Literal

from melanoma.evaluation.figure import Figure

Better = Literal["first", "second", "cannot be told"]
FIRST: Better = "first"
SECOND: Better = "second"
CANNOT_BE_TOLD: Better = "cannot be told"
SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Contrast:
    """One figure of two models.

    Attributes:
        name: Its key in `compare.json`.
        label: What people call it.
        first: Of the first model.
        second: Of the second.
        difference: First - second.
        p: How often chance alone gives a difference as large, two-sided.
        test: By which test or interval p was found.
        lower_is_better: Whether it is an error.
    """

    name: str
    label: str
    first: Figure
    second: Figure
    difference: Figure
    p: float
    test: str
    lower_is_better: bool = False

    @property
    def better(self) -> Better:
        """Which model is the better one by both interval and p, before any correction for other figures.

        Examples:
            >>> gap = Figure(0.1, (0.02, 0.2), 90, "", 30)
            >>> Contrast("brier", "Brier score", gap, gap, gap, 0.01, "", lower_is_better=True).better
            'second'
        """
        low, high = self.difference.interval
        if low <= 0 <= high or self.p >= SIGNIFICANT:
            return CANNOT_BE_TOLD
        return FIRST if (low > 0) != self.lower_is_better else SECOND

    @property
    def short(self) -> str:
        """The label without what is said of the rule."""
        return self.label.partition(" at its")[0]

    def to_json(self, adjusted: float) -> dict[str, Any]:
        """Return the contrast as `compare.json` holds it.

        Args:
            adjusted: p, corrected for how many figures are compared.
        """
        return {
            "name": self.name,
            "label": self.label,
            "short": self.short,
            "first": self.first.to_json(),
            "second": self.second.to_json(),
            "difference": self.difference.to_json(),
            "p": self.p,
            "p_holm": adjusted,
            "test": self.test,
            "gain": self._gain(),
            "lower_is_better": self.lower_is_better,
            "better": self.better,
            "holds_after_correction": self.better != CANNOT_BE_TOLD and adjusted < SIGNIFICANT,
        }

    def _gain(self) -> dict[str, Any]:
        """Return the difference, turned so that above 0 is to the first one's favour."""
        value, (low, high) = self.difference.value, self.difference.interval
        if self.lower_is_better:
            return {"value": -value, "ci95": [-high, -low]}
        return {"value": value, "ci95": [low, high]}
