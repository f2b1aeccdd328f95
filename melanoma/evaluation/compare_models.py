"""Two models on the same images: every headline figure side by side, paired, with a test that suits it.

AUROC by DeLong, accuracy by McNemar, the others by the paired bootstrap over lesions. Nothing is chosen here: each
model is taken as it is, with the operating point that its own run has frozen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from melanoma.config.evaluate import EvaluateConfig
from melanoma.evaluation.bootstrap import measure
from melanoma.evaluation.contrast import Contrast
from melanoma.evaluation.delong import FEWEST_LESIONS, compare_auroc
from melanoma.evaluation.figure import FEW_LESIONS, NO_WIDTH, Figure, NotEvaluated, Outcome
from melanoma.evaluation.mcnemar import McNemar, compare_right
from melanoma.evaluation.metrics import accuracy, brier, ece
from melanoma.evaluation.multiplicity import adjust_by_holm, p_of_interval
from melanoma.evaluation.paired_difference import PairedRows, measure_differences, pair_predictions
from melanoma.evaluation.paired_question import Question, ask
from melanoma.evaluation.sample import whole_sample
from melanoma.seeding import derive_seed

_LOWER_IS_BETTER = {brier.METRIC.name, ece.METRIC.name}
_BY_INTERVAL = "from the interval of the difference"


@dataclass(frozen=True)
class Entrant:
    """One of the two models.

    Attributes:
        predictions: The rows that it was evaluated on, in the columns of `melanoma.evaluation.check_predictions`.
        threshold: On its melanoma probability, frozen by its own run; None where there is none.
    """

    predictions: pd.DataFrame
    threshold: float | None


def compare_models(first: Entrant, second: Entrant, config: EvaluateConfig, seed: int) -> dict[str, Any]:
    """Compare two models on the images that both were evaluated on.

    Args:
        first: The model that is asked about; its truth and lesions hold.
        second: The one that it is compared with.
        config: Gives the resamples.
        seed: The run's seed.

    Returns:
        ``images``, ``figures``, ``discordant`` and, for each figure that there is none of, the reason in
        ``not_evaluated``; plain JSON values.

    Raises:
        ModelError: If they have no image in common.
    """
    pair = pair_predictions(first.predictions, second.predictions, config)
    questions, reasons = ask(pair, (first.threshold, second.threshold))
    stream = derive_seed(seed, "bootstrap", "compare")
    right = [rows.predicted == rows.truth for rows in (pair.first, pair.second)]
    discordant = compare_right(right[0], right[1], pair.first.groups)
    contrasts = _contrast(pair, questions, config.resamples, stream)
    found = [
        _by_mcnemar(item, discordant) if item.name == accuracy.METRIC.name else item
        for item in contrasts.values()
        if isinstance(item, Contrast)
    ]
    adjusted = adjust_by_holm([item.p for item in found])
    return {
        "images": _count_images(pair, first.predictions, second.predictions),
        "figures": [item.to_json(p) for item, p in zip(found, adjusted, strict=True)],
        "discordant": {
            "first_only": discordant.first_only,
            "second_only": discordant.second_only,
            "lesions": discordant.lesions,
        },
        "not_evaluated": reasons
        | {name: item.reason for name, item in contrasts.items() if isinstance(item, NotEvaluated)},
    }


def _count_images(pair: PairedRows, first: pd.DataFrame, second: pd.DataFrame) -> dict[str, Any]:
    """Count what was compared, and what stands in the way of a fair comparison."""
    both = second.merge(first[["image_id", "diagnosis"]], on="image_id", suffixes=("", "_of_first"))
    return {
        "first": len(first),
        "second": len(second),
        "common": pair.first.size,
        "groups": int(pair.first.groups.max()) + 1,
        "diagnosed_otherwise": int((both["diagnosis"] != both["diagnosis_of_first"]).sum()),
        "relatives": [_count_relatives(table, set(both["image_id"])) for table in (first, second)],
    }


def _count_relatives(table: pd.DataFrame, common: set[str]) -> int | None:
    """Count the common images of which a model has trained on a relative; None where its run does not say."""
    if "has_relative" not in table.columns:
        return None
    return int(table.loc[table["image_id"].isin(common), "has_relative"].sum())


def _contrast(
    pair: PairedRows, questions: list[Question], resamples: int, stream: int
) -> Mapping[str, Contrast | NotEvaluated]:
    """Measure both models and their difference; all figures see the same resamples."""
    metrics = [question.metric for question in questions]
    firsts = measure(pair.first, [metric.first for metric in metrics], resamples, stream)
    seconds = measure(pair.second, [metric.second for metric in metrics], resamples, stream)
    differences = measure_differences(pair, metrics, resamples, stream)
    found: dict[str, Contrast | NotEvaluated] = {}
    for question in questions:
        name = question.metric.first.name
        found[name] = _settle(pair, question, (firsts[name][0], seconds[name][0], differences[name]))
    return found


def _settle(pair: PairedRows, question: Question, outcomes: tuple[Outcome, ...]) -> Contrast | NotEvaluated:
    for outcome in outcomes:
        if isinstance(outcome, NotEvaluated):
            return outcome
    first, second, difference = (outcome for outcome in outcomes if isinstance(outcome, Figure))
    name = question.metric.first.name
    plain = Contrast(
        name,
        question.label,
        first,
        second,
        difference,
        p_of_interval(difference),
        _BY_INTERVAL,
        name in _LOWER_IS_BETTER,
    )
    return _by_delong(pair, question, plain) if _delong_holds(pair, question) else plain


def _delong_holds(pair: PairedRows, question: Question) -> bool:
    """Tell whether there are lesions enough for a variance; too few make it much too small."""
    if question.ranked is None:
        return False
    sides = [side for ranked in question.ranked for side in (ranked.is_positive, ~ranked.is_positive)]
    fewest = min((pair.first.count_groups(side)[0] for side in sides), default=0)
    lesions = question.metric.first.count_lesions(whole_sample(pair.first))[0]
    return bool(fewest >= FEWEST_LESIONS and lesions >= FEW_LESIONS)


def _by_delong(pair: PairedRows, question: Question, plain: Contrast) -> Contrast:
    found = compare_auroc(question.ranked or (), pair.first.groups)
    if found.variance < NO_WIDTH:
        return plain
    single = int(pair.first.groups.max()) + 1 == pair.first.size
    method = "DeLong" if single else "DeLong over lesions (Obuchowski)"
    if len(question.ranked or ()) > 1:
        method += ", mean over diagnoses"
    difference = Figure(plain.difference.value, found.interval, plain.difference.n, method, plain.difference.events)
    return replace(plain, difference=difference, p=found.p, test=method)


def _by_mcnemar(plain: Contrast, discordant: McNemar) -> Contrast:
    return replace(plain, p=discordant.p, test=discordant.method)
