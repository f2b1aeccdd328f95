"""Share of the malignant lesions that are called malignant, whichever malignant diagnosis they are taken for."""

from melanoma.evaluation.metric import Metric
from melanoma.evaluation.metrics.malignant_auroc import malignant_rows
from melanoma.evaluation.ranking import divide
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Floats


def malignant_sensitivity(sample: Sample) -> Floats:
    """Return TP / (TP + FN) of malignant against benign.

    A row is called malignant where the malignant diagnoses together are at least as probable as the benign ones, which
    need not be the side of the most probable diagnosis.

    Args:
        sample: B weightings.

    Returns:
        Float64 [B]; not a number where malignant rows have no weight.

    Examples:
        The melanoma is found as 0.3 + 0.3 against 0.4, though nevus is the most probable; the carcinoma is not.

        >>> import numpy as np
        >>> from melanoma.evaluation.sample import whole_sample
        >>> from melanoma.evaluation.scored_rows import ScoredRows
        >>> rows = ScoredRows(
        ...     classes=("basal cell carcinoma", "melanoma", "nevus"),
        ...     truth=np.array([1, 0, 2]),
        ...     predicted=np.array([2, 2, 2]),
        ...     probabilities=np.array([[0.3, 0.3, 0.4], [0.1, 0.2, 0.7], [0.1, 0.1, 0.8]]),
        ...     groups=np.arange(3),
        ... )
        >>> malignant_sensitivity(whole_sample(rows))
        array([0.5])
    """
    view = sample.rows.malignancy
    found = view.malignant & view.called
    return divide(sample.weights @ found.astype(float), sample.weights @ view.malignant.astype(float))


METRIC = Metric(
    name="malignant_sensitivity",
    function=malignant_sensitivity,
    needs="the split has no row of a malignant diagnosis, or the model knows no benign one",
    base=malignant_rows,
    events=malignant_rows,
)
