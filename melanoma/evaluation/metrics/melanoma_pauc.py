"""Partial AUROC of melanoma: the area under its ROC curve above a minimum sensitivity, as ISIC 2024 scores.

A test that misses one melanoma in three is of no use however few nevi it excises; only the part of the curve counts
that finds enough of them.
"""

import numpy as np

from melanoma.evaluation.metric import Metric
from melanoma.evaluation.metrics.melanoma_auroc import melanoma_auroc_effective
from melanoma.evaluation.metrics.melanoma_sensitivity import melanomas
from melanoma.evaluation.metrics.melanoma_specificity import not_melanomas
from melanoma.evaluation.ranking import weighted_partial_auroc
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Floats, ScoredRows


def melanoma_pauc(sample: Sample) -> Floats:
    """Return the area above the minimum sensitivity; `weighted_partial_auroc` has the definition and an example.

    Args:
        sample: B weightings.

    Returns:
        Float64 [B] in [0, 1 - minimum]; not a number where melanomas or others have no weight.
    """
    rows = sample.rows
    return weighted_partial_auroc(rows.rankings[rows.classes.index("melanoma")], sample.weights, rows.min_sensitivity)


def find_span(whole: Sample) -> tuple[float, float]:
    """Return -minimum and 1 - minimum.

    Let every melanoma above the miss rate 1 - minimum count as found before any other lesion: the area of that curve
    is pAUC + minimum, and it is a Mann-Whitney statistic of melanomas against others whose scores are capped there.
    So the bound on its variance by the smaller side holds (Birnbaum and Klose 1957), which it would not for the
    area itself over the few melanomas that it is about: which ones these are is uncertain too.
    """
    return -whole.rows.min_sensitivity, 1 - whole.rows.min_sensitivity


def tail_lesions(whole: Sample) -> Floats:
    """Return the lesions that the spread rests on, float64 [1]: the melanomas that may be missed, or fewer others.

    Of 60 melanomas and more, 93 to 97 % of the intervals on the logit's scale held the truth in
    `benchmarks/partial_area_coverage.py`, and 87 to 96 % of percentile intervals, most of whose misses are on one side;
    with fewer than ten lesions here neither is of use.
    """
    rows = whole.rows
    positive, others = rows.count_groups(melanomas(rows)), rows.count_groups(not_melanomas(rows))
    return np.minimum(positive - rows.min_sensitivity * positive, others)


def name_range(rows: ScoredRows) -> str:
    """Say which part of the curve it is, and what is best and what is chance: the triangle at the curve's end."""
    width = 1 - rows.min_sensitivity
    return f"above sensitivity {rows.min_sensitivity:g}, at most {width:.4g}, {width**2 / 2:.4g} by chance"


METRIC = Metric(
    name="melanoma_pauc",
    function=melanoma_pauc,
    needs="the split lacks rows of melanoma or rows of any other class",
    diagnosis="melanoma",
    events=melanomas,
    effective=melanoma_auroc_effective,
    span=find_span,
    tail=tail_lesions,
    note=name_range,
)
