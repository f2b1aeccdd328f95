"""Area under the ROC curve of malignant against benign lesions."""

import numpy as np

from melanoma.evaluation.metric import Metric
from melanoma.evaluation.metrics.auroc import count_by_model
from melanoma.evaluation.ranking import weighted_auroc
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Bools, Floats, ScoredRows

NEEDS = "the split, or the model, lacks a malignant or a benign diagnosis"


def malignant_auroc(sample: Sample) -> Floats:
    """Return how often a malignant lesion gets a higher malignant share than a benign one; ties count one half.

    `melanoma.evaluation.malignancy` defines the share and which rows count; `weighted_auroc` has an example.

    Args:
        sample: B weightings.

    Returns:
        Float64 [B]; not a number where malignant or benign rows have no weight.
    """
    return weighted_auroc(sample.rows.malignancy.ranking, sample.weights)


def malignant_or_benign(rows: ScoredRows) -> Bools:
    """Bool [n, 1]: the rows of the binary view."""
    return rows.malignancy.counted[:, None]


def malignant_rows(rows: ScoredRows) -> Bools:
    """Bool [n, 1]: the rows of a malignant diagnosis."""
    return rows.malignancy.malignant[:, None]


def benign_rows(rows: ScoredRows) -> Bools:
    """Bool [n, 1]: the rows of a benign diagnosis."""
    return rows.malignancy.benign[:, None]


def smaller_side(whole: Sample) -> Floats:
    """Return the lesions behind it, float64 [1]: those of the smaller side, as of every AUROC."""
    rows = whole.rows
    return np.minimum(rows.count_groups(malignant_rows(rows)), rows.count_groups(benign_rows(rows)))


def count_modelled(whole: Sample) -> Floats:
    """Return the lesions behind it by the model of `count_by_model`, float64 [1]."""
    rows = whole.rows
    return count_by_model(
        malignant_auroc(whole), rows.count_groups(malignant_rows(rows)), rows.count_groups(benign_rows(rows))
    )


def name_left_out(rows: ScoredRows) -> str:
    """Say which rows do not count."""
    return rows.malignancy.describe()


METRIC = Metric(
    name="malignant_auroc",
    function=malignant_auroc,
    needs=NEEDS,
    base=malignant_or_benign,
    events=malignant_rows,
    effective=smaller_side,
    modelled=count_modelled,
    note=name_left_out,
)
