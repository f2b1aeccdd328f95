"""Area under the ROC curve of the melanoma probability, melanoma against every other diagnosis."""

import numpy as np

from melanoma.evaluation.metric import Metric, class_column
from melanoma.evaluation.metrics.auroc import auroc_effective, auroc_modelled
from melanoma.evaluation.metrics.melanoma_sensitivity import melanomas
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Floats


def melanoma_auroc(sample: Sample) -> Floats:
    """Return how often a melanoma gets a higher melanoma probability than another lesion; ties count one half.

    Args:
        sample: B weightings.

    Returns:
        Float64 [B]; not a number where melanomas or others have no weight.
    """
    return class_column(sample, sample.class_auroc, "melanoma")


def melanoma_auroc_effective(whole: Sample) -> Floats:
    """Return the lesions behind it, float64 [1]."""
    return class_column(whole, auroc_effective(whole)[np.newaxis], "melanoma")


def melanoma_auroc_modelled(whole: Sample) -> Floats:
    """Return the lesions that a model of its variance counts, float64 [1]."""
    return class_column(whole, auroc_modelled(whole)[np.newaxis], "melanoma")


METRIC = Metric(
    name="melanoma_auroc",
    function=melanoma_auroc,
    needs="the split lacks rows of melanoma or rows of any other class",
    diagnosis="melanoma",
    events=melanomas,
    effective=melanoma_auroc_effective,
    modelled=melanoma_auroc_modelled,
)
