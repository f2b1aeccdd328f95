"""How accurate the model is on the images of which it is most sure, against the share of images that it keeps.

Images are ordered by the probability of their predicted class. The curve describes this order on the split's own rows,
as an ROC curve does; no threshold is chosen by it, and none is used elsewhere.
"""

from typing import Any

import numpy as np

from melanoma.evaluation.metric import Metric, independent_mean_effective, proportion
from melanoma.evaluation.metrics.balanced_accuracy import balanced_accuracy
from melanoma.evaluation.operating_point import DIAGNOSIS
from melanoma.evaluation.part import Part, Rule
from melanoma.evaluation.ranking import divide
from melanoma.evaluation.reliability import top_confidence
from melanoma.evaluation.remark import first_figures
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Bools, Floats, ScoredRows
from melanoma.evaluation.split_evaluation import SplitEvaluation

SHARES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)


def evaluate_abstention(split: SplitEvaluation, rule: Rule) -> dict[str, Any]:
    """Return by share of images kept, in per cent, their figures; and the area under the curve of errors."""
    kept = {f"{100 * share:.0f}": _measure_kept(split, share) for share in SHARES}
    return {"kept": kept, **first_figures(split.measure((AURC,)))}


def keep_most_certain(rows: ScoredRows, share: float) -> Bools:
    """Return which images stay: that share of them, rounded up, and those that are as certain as the last of them.

    Args:
        rows: At least one row.
        share: In (0, 1].

    Returns:
        Bool [n].
    """
    confidence = top_confidence(rows)
    last = int(np.ceil(share * rows.size - 1e-9)) - 1
    return np.asarray(confidence >= np.sort(confidence)[::-1][last])


def area_under_risk(sample: Sample) -> Floats:
    """Return the mean error among the images kept, over all shares kept (Geifman, Uziel and El-Yaniv 2019, ICLR).

    The smallest share is one image. Images of equal confidence are kept or left together.

    Args:
        sample: B weightings.

    Returns:
        Float64 [B]: 0 is best; a model whose confidence says nothing has its error rate, 1 - accuracy.

    Examples:
        From the surest image down right, wrong, right: errors 0, 1/2 and 1/3 among those kept, 0.2778 on average.

        >>> from melanoma.evaluation.sample import whole_sample
        >>> rows = ScoredRows(
        ...     classes=("melanoma", "nevus"),
        ...     truth=np.array([0, 1, 0]),
        ...     predicted=np.array([0, 0, 0]),
        ...     probabilities=np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3]]),
        ...     groups=np.arange(3),
        ... )
        >>> area_under_risk(whole_sample(rows)).round(4)
        array([0.2778])
    """
    rows = sample.rows
    confidence = top_confidence(rows)
    order = np.argsort(-confidence, kind="stable")
    weights = sample.weights[:, order]
    wrong = np.cumsum(weights * (rows.truth != rows.predicted)[order], axis=1)
    kept = np.cumsum(weights, axis=1)
    last = np.searchsorted(-confidence[order], -confidence[order], side="right") - 1
    risk = np.nan_to_num(divide(wrong[:, last], kept[:, last]))
    return divide(np.einsum("bn,bn->b", weights, risk), sample.total)


def _measure_kept(split: SplitEvaluation, share: float) -> dict[str, Any]:
    """Return the share that is kept in fact, where ties make it larger, and the figures of the images kept."""
    rows, kept = split.rows, keep_most_certain(split.rows, share)
    metrics = [
        proportion("accuracy", rows.truth == rows.predicted, kept, "no image is kept"),
        _balanced_accuracy_of(kept),
    ]
    if DIAGNOSIS in rows.classes:
        melanoma = rows.is_actual[:, rows.classes.index(DIAGNOSIS)]
        metrics.append(proportion("melanoma_kept", kept, melanoma, f"the split has no row of {DIAGNOSIS}"))
    return {"n": int(kept.sum()), "share": float(kept.mean()), **first_figures(split.measure(metrics))}


def _balanced_accuracy_of(kept: Bools) -> Metric:
    """Build the mean sensitivity over all classes of the split, each over its rows that are kept.

    It has no value where a class loses all its rows: over fewer classes it would be another quantity.
    """

    def count_kept(whole: Sample) -> Floats:
        return whole.rows.count_groups(whole.rows.is_actual & kept[:, None])

    def effective(whole: Sample) -> Floats:
        return independent_mean_effective(count_kept(whole), whole.rows.present)

    return Metric(
        name="balanced_accuracy",
        function=lambda sample: balanced_accuracy(Sample(sample.rows, sample.weights * kept)),
        needs="a diagnosis has no image among those kept",
        base=lambda rows: kept[:, None],
        effective=effective,
        averaged=lambda whole: count_kept(whole)[whole.rows.present],
        modelled=effective,
    )


AURC = Metric(name="aurc", function=area_under_risk, needs="the split has no row")

PART = Part("abstention", evaluate_abstention)
