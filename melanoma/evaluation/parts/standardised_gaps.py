"""How far the two subgroups of a column that differ most are apart in accuracy on the same diagnoses."""

from typing import Any

from melanoma.evaluation.part import Part, Rule
from melanoma.evaluation.parts.subgroup_gaps import describe_gaps
from melanoma.evaluation.split_evaluation import SplitEvaluation
from melanoma.evaluation.standardised_gap import measure_standardised_gap


def evaluate_standardised_gaps(split: SplitEvaluation, rule: Rule) -> dict[str, Any]:
    """Return by column ``best``, ``worst`` and ``accuracy``, best - worst; or a ``note``."""
    return describe_gaps(split, measure_standardised_gap)


PART = Part("standardised_gaps", evaluate_standardised_gaps)
