"""Time the bootstrap of every metric against a loop over scikit-learn's functions, in the same run.

    python -m benchmarks.bootstrap

Both measure the same figures on the same resamples; the loop does fewer of them, because it is slow.
"""

import time
from collections.abc import Iterator

import numpy as np
import sklearn.metrics as scikit

from melanoma.data import taxonomy
from melanoma.evaluation.bootstrap import measure, resample_groups
from melanoma.evaluation.metric import all_metrics
from melanoma.evaluation.metrics.ece import ece
from melanoma.evaluation.reliability import count_bins
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Bools, Floats, ScoredRows

ROWS, LESIONS, SEED = 2000, 1500, 1
RESAMPLES, LOOP_RESAMPLES = 10_000, 20
NAMES = taxonomy.CLASSES
CLASSES = len(NAMES)
MELANOMA = NAMES.index("melanoma")
MALIGNANT = [NAMES.index(name) for name in ("basal cell carcinoma", "melanoma", "squamous cell carcinoma")]
INDETERMINATE = NAMES.index("actinic keratosis")


def draw_rows() -> ScoredRows:
    random = np.random.default_rng(SEED)
    truth = random.integers(CLASSES, size=ROWS)
    scores = np.exp(random.normal(size=(ROWS, CLASSES)) + 1.5 * (truth[:, None] == np.arange(CLASSES)))
    probabilities = scores / scores.sum(axis=1, keepdims=True)
    groups = np.unique(random.integers(LESIONS, size=ROWS), return_inverse=True)[1]
    return ScoredRows(NAMES, truth, probabilities.argmax(axis=1), probabilities, groups)


def loop_over_scikit_learn(rows: ScoredRows, weights: Floats) -> dict[str, Floats]:
    truth, predicted, labels = rows.truth, rows.predicted, np.arange(CLASSES)
    options = {"sample_weight": weights, "zero_division": 0}
    precision, sensitivity, f1, _ = scikit.precision_recall_fscore_support(truth, predicted, labels=labels, **options)
    areas = [scikit.roc_auc_score(truth == c, rows.probabilities[:, c], sample_weight=weights) for c in range(CLASSES)]
    melanoma = rows.probabilities[:, MELANOMA]
    of, called = truth == MELANOMA, predicted == MELANOMA
    return {
        "accuracy": scikit.accuracy_score(truth, predicted, sample_weight=weights),
        "balanced_accuracy": scikit.balanced_accuracy_score(truth, predicted, sample_weight=weights),
        "brier": scikit.brier_score_loss(
            truth, rows.probabilities, sample_weight=weights, labels=labels, scale_by_half=False
        ),
        "ece": ece(Sample(rows, weights[None]))[0],  # scikit-learn has none
        "kappa": scikit.cohen_kappa_score(truth, predicted, sample_weight=weights),
        "macro_auroc": np.mean(areas),
        "macro_f1": scikit.f1_score(truth, predicted, average="macro", **options),
        "melanoma_auprc": scikit.average_precision_score(of, melanoma, sample_weight=weights),
        "melanoma_auroc": scikit.roc_auc_score(of, melanoma, sample_weight=weights),
        "melanoma_sensitivity": scikit.recall_score(of, called, sample_weight=weights),
        "melanoma_specificity": scikit.recall_score(~of, ~called, sample_weight=weights),
        "melanoma_pauc": partial_area(of, melanoma, weights, rows.min_sensitivity),
        **loop_over_binary_view(rows, weights),
        "auroc": np.array(areas),
        "f1": f1,
        "precision": precision,
        "sensitivity": sensitivity,
    }


def partial_area(of: Bools, scores: Floats, weights: Floats, min_sensitivity: float) -> float:
    """Return the area above a sensitivity as the ISIC 2024 challenge's scorer does: of the problem turned round."""
    width = 1 - min_sensitivity
    scaled = scikit.roc_auc_score(~of, -scores, max_fpr=width, sample_weight=weights)
    least = width**2 / 2
    return float(least + 2 * (width - least) * (scaled - 0.5))


def loop_over_binary_view(rows: ScoredRows, weights: Floats) -> dict[str, float]:
    kept = rows.truth != INDETERMINATE
    malignant = np.isin(rows.truth, MALIGNANT)[kept]
    found = rows.probabilities[:, MALIGNANT].sum(axis=1)[kept]
    share = found / (1 - rows.probabilities[kept, INDETERMINATE])
    options = {"sample_weight": weights[kept]}
    return {
        "malignant_auroc": scikit.roc_auc_score(malignant, share, **options),
        "malignant_auprc": scikit.average_precision_score(malignant, share, **options),
        "malignant_sensitivity": scikit.recall_score(malignant, share >= 0.5, **options),
        "malignant_specificity": scikit.recall_score(~malignant, share < 0.5, **options),
    }


def largest_difference(rows: ScoredRows) -> tuple[float, float]:
    """Return the seconds per resample of the loop, and how far any figure is from ours."""
    weightings = next(batches(rows))[:LOOP_RESAMPLES]
    start = time.perf_counter()
    expected = [loop_over_scikit_learn(rows, weights) for weights in weightings]
    seconds = (time.perf_counter() - start) / len(weightings)
    sample = Sample(rows, weightings)
    found = {metric.name: metric.function(sample) for metric in all_metrics()}
    gaps = [np.abs(found[name][b] - value).max() for b, one in enumerate(expected) for name, value in one.items()]
    return seconds, float(max(gaps))


def batches(rows: ScoredRows) -> Iterator[Floats]:
    return resample_groups(rows.groups, RESAMPLES, SEED)


def main() -> None:
    rows = draw_rows()
    measure(rows, all_metrics(), 100, SEED)
    start, start_cpu = time.perf_counter(), time.process_time()
    measure(rows, all_metrics(), RESAMPLES, SEED)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - start_cpu
    loop_seconds, gap = largest_difference(rows)
    print(f"{len(all_metrics())} metrics, {ROWS} rows, {CLASSES} classes, {count_bins(rows)} bins")
    print(f"ours: {seconds:.2f} s ({cpu_seconds:.2f} s of processor time) for {RESAMPLES} resamples")
    print(f"loop over scikit-learn: {loop_seconds * 1e3:.1f} ms per resample, {loop_seconds * RESAMPLES:.0f} s for all")
    print(f"ratio: {loop_seconds * RESAMPLES / seconds:.0f}; largest difference of a figure: {gap:.1e}")


if __name__ == "__main__":
    main()
