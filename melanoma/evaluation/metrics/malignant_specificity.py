"""Share of the benign lesions that are not called malignant, whichever diagnosis they are taken for."""

from melanoma.evaluation.metric import Metric
from melanoma.evaluation.metrics.malignant_auroc import benign_rows
from melanoma.evaluation.ranking import divide
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Floats


def malignant_specificity(sample: Sample) -> Floats:
    """Return TN / (TN + FP) of malignant against benign; `malignant_sensitivity` says what is called malignant.

    Args:
        sample: B weightings.

    Returns:
        Float64 [B]; not a number where benign rows have no weight.

    Examples:
        Of two nevi, one is called malignant: 0.3 + 0.3 against 0.4.

        >>> import numpy as np
        >>> from melanoma.evaluation.sample import whole_sample
        >>> from melanoma.evaluation.scored_rows import ScoredRows
        >>> rows = ScoredRows(
        ...     classes=("basal cell carcinoma", "melanoma", "nevus"),
        ...     truth=np.array([2, 2, 1]),
        ...     predicted=np.array([2, 2, 2]),
        ...     probabilities=np.array([[0.3, 0.3, 0.4], [0.1, 0.2, 0.7], [0.1, 0.1, 0.8]]),
        ...     groups=np.arange(3),
        ... )
        >>> malignant_specificity(whole_sample(rows))
        array([0.5])
    """
    view = sample.rows.malignancy
    right = view.benign & ~view.called
    return divide(sample.weights @ right.astype(float), sample.weights @ view.benign.astype(float))


METRIC = Metric(
    name="malignant_specificity",
    function=malignant_specificity,
    needs="the split has no row of a benign diagnosis, or the model knows no malignant one",
    base=benign_rows,
    events=benign_rows,
)
