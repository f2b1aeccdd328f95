"""Can a small model tell the images of two splits apart? If it can, they are not from one source.

The classifier two-sample test (Lopez-Paz and Oquab 2017, Revisiting Classifier Two-Sample Tests, ICLR): label the rows
by the sample that they are from, train a classifier, and look at how it does on rows that it has not seen; 0.5 is what
one source gives.
"""

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from melanoma.config.evaluate import EvaluateConfig
from melanoma.evaluation.bootstrap import measure
from melanoma.evaluation.figure import NotEvaluated, Outcome
from melanoma.evaluation.metric import Metric
from melanoma.evaluation.ranking import weighted_auroc
from melanoma.evaluation.scored_rows import Bools, Floats, Ints, ScoredRows
from melanoma.seeding import derive_seed

FOLDS = 5
SIDES = ("validation", "test")


def tell_splits_apart(
    predictions: pd.DataFrame, statistics: pd.DataFrame, config: EvaluateConfig, seed: int
) -> Outcome:
    """Measure how well test images are told from validation images by simple properties alone.

    Only original images count, and only diagnoses that both splits have. Within each diagnosis both splits weigh the
    same, in training and in the AUROC, so that another class mix alone gives 0.5.

    Args:
        predictions: ``image_id``, ``split``, ``group_id``, ``diagnosis``, and ``parent_id`` where there are copies.
        statistics: Numbers per image, indexed by ``image_id``.
        config: Gives the resamples, and the lesions that each side must have.
        seed: The run's seed.

    Returns:
        The AUROC over rows that the model was not trained on; its interval does not cover the choice of the folds.
    """
    rows = _comparable_rows(predictions, statistics)
    groups = rows.groupby("split")["group_id"].nunique().reindex(SIDES, fill_value=0)
    needed = max(FOLDS, config.min_events)
    if groups.min() < needed:
        return NotEvaluated(
            f"of the diagnoses that both splits have, {groups['validation']} validation and {groups['test']} test "
            f"lesions have image statistics, and {needed} of each are needed"
        )
    scored, weights = _score_unseen(rows, statistics, derive_seed(seed, "two-sample folds"))
    outcome = measure(scored, [_weighted_metric(weights)], config.resamples, derive_seed(seed, "two-sample"))
    return outcome["two_sample"][0]


def balance_within_diagnosis(diagnosis: "pd.Series[str]", is_test: Bools) -> Floats:
    """Weigh rows so that both splits have the same class mix.

    A diagnosis with v validation and t test rows weighs min(v, t) on either side, so that no few rows weigh much.

    Args:
        diagnosis: [n].
        is_test: Bool [n]; each diagnosis has rows of both kinds.

    Returns:
        Float64 [n].

    Examples:
        Two validation rows share the weight 1 of the one test row.

        >>> balance_within_diagnosis(pd.Series(["nevus"] * 3), np.array([False, False, True]))
        array([0.5, 0.5, 1. ])
    """
    counts = pd.crosstab(diagnosis.to_numpy(), is_test)
    own = np.where(is_test, diagnosis.map(counts[True]), diagnosis.map(counts[False]))
    return np.asarray(diagnosis.map(counts.min(axis=1)).to_numpy(np.float64) / own)


def _comparable_rows(predictions: pd.DataFrame, statistics: pd.DataFrame) -> pd.DataFrame:
    """Return original rows with statistics, of diagnoses that both splits have."""
    rows = predictions[predictions["split"].isin(SIDES)]
    if "parent_id" in rows.columns:
        rows = rows[rows["parent_id"].isna()]
    complete = statistics.index[np.isfinite(statistics.to_numpy(np.float64)).all(axis=1)]
    rows = rows[rows["image_id"].isin(complete)]
    sides = rows.groupby("diagnosis")["split"].nunique()
    return rows[rows["diagnosis"].isin(sides.index[sides == len(SIDES)])]


def _score_unseen(rows: pd.DataFrame, statistics: pd.DataFrame, seed: int) -> tuple[ScoredRows, Floats]:
    """Return each row with the probability of test from a model that saw none of its group, and float64 [n] weights."""
    features = statistics.loc[rows["image_id"]].to_numpy(np.float64)
    is_test = (rows["split"] == "test").to_numpy(np.bool_)
    weights = balance_within_diagnosis(rows["diagnosis"], is_test)
    groups = pd.factorize(rows["group_id"], sort=True)[0].astype(np.int64)
    scores = np.zeros(len(rows))
    for seen, unseen in _folds(is_test, groups, seed):
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
        model.fit(features[seen], is_test[seen], logisticregression__sample_weight=weights[seen])
        scores[unseen] = model.predict_proba(features[unseen])[:, 1]
    probabilities = np.stack([1 - scores, scores], axis=1)
    truth = is_test.astype(np.int64)
    return ScoredRows(SIDES, truth, (scores > 0.5).astype(np.int64), probabilities, groups), weights


def _folds(is_test: Bools, groups: Ints, seed: int) -> list[tuple[Ints, Ints]]:
    splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed % 2**32)
    return list(splitter.split(is_test, is_test, groups))


def _weighted_metric(weights: Floats) -> Metric:
    return Metric(
        name="two_sample",
        function=lambda sample: weighted_auroc(sample.rows.rankings[1], sample.weights * weights),
        needs="both splits need rows",
        effective=lambda whole: whole.rows.count_groups(whole.rows.is_actual).min(keepdims=True),
        note=lambda rows: f"class-balanced AUROC of a logistic regression on image statistics, {FOLDS} folds by lesion",
    )
