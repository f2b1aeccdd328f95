"""What a reader of a figure's method must also know."""

from collections.abc import Mapping
from dataclasses import replace

from melanoma.evaluation.figure import Figure, Outcome


def add_remark(outcome: Outcome, remark: str) -> Outcome:
    """Return the outcome with a remark at the end of its method; a reason stays as it is."""
    return replace(outcome, method=f"{outcome.method}; {remark}") if remark and isinstance(outcome, Figure) else outcome


def first_figures(outcomes: Mapping[str, tuple[Outcome, ...]], remark: str = "") -> dict[str, Outcome]:
    """Return by metric its one figure, with a remark."""
    return {name: add_remark(columns[0], remark) for name, columns in outcomes.items()}
