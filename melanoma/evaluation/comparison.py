"""One network against another on the same test images, in figures and in a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from melanoma.config.evaluate import EvaluateConfig
from melanoma.data.roles import TEST
from melanoma.evaluation.bootstrap import measure
from melanoma.evaluation.figure import Figure
from melanoma.evaluation.metrics import balanced_accuracy
from melanoma.evaluation.paired_difference import (
    CANNOT_BE_TOLD,
    PairedRows,
    Verdict,
    judge,
    measure_difference,
    pair_predictions,
)
from melanoma.evaluation.scored_rows import ScoredRows
from melanoma.seeding import derive_seed

Against = Literal["row before", "baseline", "as published"]


@dataclass(frozen=True)
class Contest:
    """Two networks by name.

    Attributes:
        name: The network that is asked about.
        other: The one that it is compared with.
        against: Why it is that one.
    """

    name: str
    other: str
    against: Against


@dataclass(frozen=True)
class Comparison:
    """What came of it: balanced accuracy on the images that both networks were tested on.

    Attributes:
        contest: Which networks.
        first: Of the network that is asked about.
        second: Of the other.
        difference: First - second.
        groups: Lesions or groups of like images.
    """

    contest: Contest
    first: Figure
    second: Figure
    difference: Figure
    groups: int

    @property
    def verdict(self) -> Verdict:
        """Whether the interval of the difference excludes no gain."""
        return judge(self.difference)

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as `study.json` holds it."""
        return {
            "row": self.contest.name,
            "other": self.contest.other,
            "against": self.contest.against,
            "n": self.difference.n,
            "groups": self.groups,
            "balanced_accuracy": self.first.to_json(),
            "other_balanced_accuracy": self.second.to_json(),
            "difference": self.difference.to_json(),
            "verdict": self.verdict,
            "sentence": self.describe(),
        }

    def describe(self) -> str:
        """Say it in words, with every number and its interval."""
        gain = f"{self.difference.value:+.3f} [{self.difference.interval[0]:+.3f}, {self.difference.interval[1]:+.3f}]"
        start = f"{self.contest.name} against {_name_other(self.contest)}: {self.first} against {self.second}"
        tail = f" with {self.difference.n} images" if self.verdict == CANNOT_BE_TOLD else ""
        return f"{start}, difference {gain} on {_count(self)}: {self.verdict}{tail}."


def compare_networks(
    contest: Contest, first: pd.DataFrame, second: pd.DataFrame, config: EvaluateConfig, seed: int
) -> Comparison:
    """Compare two networks on the test images that both have; the resamples are the same for every pair of a seed.

    Args:
        contest: Their names.
        first: Predictions of the one that is asked about; its truth and groups hold.
        second: Predictions of the other.
        config: Gives the resamples.
        seed: The run's seed.

    Raises:
        ModelError: If they were tested on no image in common.
    """
    tested = first[first["split"] == TEST], second[second["split"] == TEST]
    pair = pair_predictions(*tested, config)
    stream = derive_seed(seed, "bootstrap", TEST)
    difference = measure_difference(pair, config.resamples, stream)
    one, other = (_measure(rows, config.resamples, stream) for rows in (pair.first, pair.second))
    return Comparison(contest, one, other, difference, _count_groups(pair))


def count_relatives(tested: pd.DataFrame, trained: pd.DataFrame) -> Mapping[str, int]:
    """Count the test images of one protocol of which another protocol has trained on a relative.

    Args:
        tested: Predictions; the rows of split test count.
        trained: `examples.parquet` of the other protocol.

    Returns:
        ``images``, and ``known``: those with a copy, an identical image or one of the same lesion in training.
    """
    images = tested.loc[tested["split"] == TEST, "image_id"]
    groups = trained.drop_duplicates("image_id").set_index("image_id")["group_id"].reindex(images)
    taught = set(trained.loc[trained["split"] == "train", "group_id"])
    return {"images": len(images), "known": int(groups.isin(taught).sum())}


def _measure(rows: ScoredRows, resamples: int, seed: int) -> Figure:
    metric = balanced_accuracy.METRIC
    outcome = measure(rows, [metric], resamples, seed)[metric.name][0]
    if not isinstance(outcome, Figure):  # rows always have a diagnosis
        raise TypeError(outcome.reason)
    return outcome


def _count_groups(pair: PairedRows) -> int:
    return int(pair.first.groups.max()) + 1


def _count(comparison: Comparison) -> str:
    return f"{comparison.difference.n} images of {comparison.groups} lesions or groups of like images"


def _name_other(contest: Contest) -> str:
    reasons = {
        "row before": f"{contest.other}, the row before",
        "baseline": f"{contest.other}, the baseline",
        "as published": f"{contest.other} as published, trained by the leaking protocol",
    }
    return reasons[contest.against]
