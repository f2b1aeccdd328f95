"""What validation accuracy would be if validation had the class mix of test."""

import numpy as np

from melanoma.evaluation.metric import Metric
from melanoma.evaluation.metrics.sensitivity import of_class, sensitivity
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Floats, ScoredRows


def reweighted_accuracy(validation: ScoredRows, test: ScoredRows) -> Metric:
    """Return validation accuracy under the class mix of test as a metric of the validation rows.

    The sensitivity of each class on validation, weighted by the class's share of test (post-stratification; prior shift
    as in Saerens, Latinne and Decaestecker 2002, Neural Computation 14:21-41). The mix of test is taken as it is, not
    resampled. Test rows of a class that validation lacks are left out, and the method says how many.

    Args:
        validation: Rows whose sensitivities count.
        test: Rows whose class mix counts.

    Returns:
        The metric.
    """
    shared = validation.present & test.present
    rows_of_class = np.where(shared, test.is_actual.sum(axis=0), 0).astype(np.float64)
    covered = float(rows_of_class.sum())
    mix = rows_of_class / max(covered, 1.0)
    return Metric(
        name="validation_reweighted_to_test_mix",
        function=lambda sample: _weigh(sample, mix),
        needs="validation and test have no class in common",
        effective=lambda whole: _lesions_behind(whole, mix),
        note=lambda rows: _name_mix(test.size - int(covered), test.size),
    )


def _weigh(sample: Sample, mix: Floats) -> Floats:
    """Return the weighted mean sensitivity, float64 [B], over classes of weight above 0."""
    counted = mix > 0
    if not counted.any():
        return np.full(len(sample.weights), np.nan)
    return np.asarray(sensitivity(sample)[:, counted] @ mix[counted])


def _lesions_behind(whole: Sample, mix: Floats) -> Floats:
    """Return 1 / sum(share^2 / g), from Var = sum(share^2 p(1 - p) / g); float64 [1]."""
    counted = mix > 0
    lesions = whole.rows.count_groups(of_class(whole.rows))[counted]
    return np.array([1 / (mix[counted] ** 2 / lesions).sum()])


def _name_mix(left_out: int, size: int) -> str:
    mix = "weighted to the class mix of test"
    return f"{mix}, without {left_out} of {size} test rows of classes that validation lacks" if left_out else mix
