"""Accuracy in the subgroup where it is lowest, by any of `evaluate.subgroups`, not worse than the champion's lowest.

Each model has its own worst subgroup: a challenger that moves its failures from one group to another, no less bad,
passes; one that fails any group more than the champion fails its worst does not.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from melanoma.evaluation.figure import Figure
from melanoma.evaluation.interval import Interval, difference_interval
from melanoma.evaluation.metric import Metric
from melanoma.evaluation.paired_difference import PairedMetric
from melanoma.evaluation.paired_score import PairedShares, paired_share_interval
from melanoma.evaluation.parts.subgroups import UNKNOWN, label_subgroups, subgroup_metrics
from melanoma.evaluation.sample import Sample, whole_sample
from melanoma.evaluation.scored_rows import Floats, ScoredRows
from melanoma.registry.gate import Compared, Gate, GateResult, Match, judge_loss, not_judged

NAME = "worst_subgroup"
Groups = Mapping[str, Metric]


def judge(match: Match, margin: float) -> GateResult:
    """Compare the lowest accuracies over the same subgroups."""
    if match.champion is None:
        return not_judged(NAME, margin, "there is no champion yet")
    first, second = (_metrics(match, rows) for rows in (match.pair.first, match.pair.second))
    if not first:
        least = match.config.min_events
        return not_judged(NAME, margin, f"no known subgroup has {least} judged rows")
    return judge_loss(NAME, _compare(match, first, second), margin)


def _metrics(match: Match, rows: ScoredRows) -> Groups:
    """Return the accuracy within each subgroup that is large enough, by ``column value``; unknown is no subgroup."""
    found: dict[str, Metric] = {}
    for column in match.config.subgroups:
        labels = label_subgroups(match.rows, column)
        if labels is not None:
            of_column = subgroup_metrics(rows, labels, match.config.min_events)
            found |= {
                f"{column} {name}": replace(metric, name=f"{column} {name}")
                for name, metric in of_column.items()
                if name != UNKNOWN
            }
    return found


def _compare(match: Match, first: Groups, second: Groups) -> Compared:
    pair = match.pair
    worst = _name_worst(first, pair.first), _name_worst(second, pair.second)
    figures = (
        match.figure(pair.first, first[worst[0]]),
        match.figure(pair.second, second[worst[1]]),
    )
    paired = PairedMetric(
        _lowest(first, first[worst[0]]),
        _lowest(second, second[worst[1]]),
        score=lambda: (
            _score(match, (first[worst[0]], second[worst[1]]), figures),
            "Newcombe's score interval, paired where the subgroup is the same",
        ),
    )
    difference = match.difference(paired)
    return Compared(f"accuracy in the worst subgroup ({worst[0]}, the champion's {worst[1]})", *figures, difference)


def _score(match: Match, worst: tuple[Metric, Metric], figures: tuple[Figure, Figure]) -> Interval:
    """Return the interval of two shares: of the same lesions where it is the same subgroup, else of different ones."""
    first, second = match.pair.first, match.pair.second
    if worst[0].name != worst[1].name:
        one, other = ((figure.value, figure.interval) for figure in figures)
        return difference_interval(one, other)
    members = worst[0].base(first)[:, 0]
    right = [(rows.predicted == rows.truth)[members] for rows in (first, second)]
    return paired_share_interval(PairedShares.count(right[0], right[1], float(first.count_groups(members)[0])))


def _lowest(groups: Groups, worst: Metric) -> Metric:
    """Return the lowest of all accuracies; it rests on no more lesions than the smallest subgroup has."""

    def lowest(sample: Sample) -> Floats:
        return np.asarray(np.min([metric.function(sample) for metric in groups.values()], axis=0))

    def fewest(whole: Sample) -> Floats:
        return np.asarray(np.min([metric.count_lesions(whole) for metric in groups.values()], axis=0))

    return Metric(NAME, lowest, needs="a known subgroup", base=worst.base, effective=fewest)


def _name_worst(groups: Groups, rows: ScoredRows) -> str:
    whole = whole_sample(rows)
    return min(groups, key=lambda name: float(groups[name].function(whole)[0]))


GATE = Gate(NAME, "Worst subgroup", judge)
