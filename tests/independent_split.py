"""One split's rows, and what is chosen on validation or calibration rows, as the independent metrics see them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import log_loss, roc_auc_score, roc_curve

MELANOMA = "melanoma"
MALIGNANT = ("melanoma", "basal cell carcinoma", "squamous cell carcinoma")
INDETERMINATE = ("actinic keratosis",)
LESIONS_PER_BIN, LESIONS_PER_MARK = 5, 15
LEAST_OF_LOGARITHM, LEAST_OF_LOGIT = 1e-12, 1e-6
COLDEST, HOTTEST = 0.05, 20.0
STEEPEST, FARTHEST = 100.0, 2000.0
GREY_LEVELS = ("brightness", "contrast", "sharpness", "border_red", "border_green", "border_blue")
SHARES = ("dark_corners", "ruler_marks", "skin_share", "grey_share", "green_share", "plain_share")
NEIGHBOUR, MOST_KNOWN, LEAST_SHARE = 5, 500, 0.01
AGE_BANDS = ((0, 30, "<30"), (30, 50, "30-49"), (50, 70, "50-69"), (70, np.inf, ">=70"))
MOST_GROUPS = 12


@dataclass(frozen=True)
class Split:
    """One split's rows as arrays."""

    table: pd.DataFrame
    classes: list[str]
    settings: dict[str, Any]

    @cached_property
    def truth(self) -> np.ndarray:
        return self.table["diagnosis"].to_numpy()

    @cached_property
    def predicted(self) -> np.ndarray:
        return self.table["predicted"].to_numpy()

    @cached_property
    def chances(self) -> np.ndarray:
        return self.table[[f"probability:{name}" for name in self.classes]].to_numpy(float)

    @cached_property
    def present(self) -> list[str]:
        return [name for name in self.classes if name in set(self.truth)]

    @cached_property
    def right(self) -> np.ndarray:
        return self.truth == self.predicted

    @cached_property
    def confidence(self) -> np.ndarray:
        return self._chance_of_each(self.predicted)

    @cached_property
    def chance_of_truth(self) -> np.ndarray:
        return self._chance_of_each(self.truth)

    def _chance_of_each(self, names: np.ndarray) -> np.ndarray:
        return np.array([row[self.classes.index(name)] for row, name in zip(self.chances, names, strict=True)])

    def chance(self, name: str) -> np.ndarray:
        return self.chances[:, self.classes.index(name)]

    def logits(self, name: str) -> np.ndarray:
        stated = np.clip(self.chance(name), LEAST_OF_LOGIT, 1 - LEAST_OF_LOGIT)
        return np.log(stated / (1 - stated))

    @property
    def measures(self) -> np.ndarray:
        return self.table[[*GREY_LEVELS, *SHARES]].to_numpy(float)

    def labels(self, column: str) -> np.ndarray:
        """Return the subgroup of each row."""
        names = [name or "unknown" for name in self._names(column)]
        counts = Counter(name for name in names if name != "unknown")
        if len(counts) > MOST_GROUPS:
            kept = sorted(counts, key=lambda name: (-counts[name], name))[: MOST_GROUPS - 1]
            names = [name if name in (*kept, "unknown") else "all others" for name in names]
        return np.array(names)

    def _names(self, column: str) -> list[str | None]:
        if column == "age_band":
            ages = self.table["age_approx"]
            return [next((name for low, high, name in AGE_BANDS if low <= age < high), None) for age in ages]
        columns = ("attribution", "source") if column == "source_collection" else (column,)
        rows = self.table[list(columns)].itertuples(index=False, name=None)
        return [next((value for value in row if not pd.isna(value)), None) for row in rows]

    def part(self, chosen: np.ndarray) -> "Split":
        return replace(self, table=self.table[chosen])

    def scaled(self, temperature: float) -> "Split":
        """Return the rows with p^(1 / T) over its sum as probabilities."""
        powers = np.exp(np.log(np.maximum(self.chances, LEAST_OF_LOGARITHM)) / temperature)
        scaled = powers / powers.sum(axis=1, keepdims=True)
        columns = {f"probability:{name}": scaled[:, c] for c, name in enumerate(self.classes)}
        return replace(self, table=self.table.assign(**columns))

    def auroc(self, name: str) -> float:
        return float(roc_auc_score(self.truth == name, self.chance(name)))

    def balanced_accuracy(self, kept: np.ndarray) -> float:
        """Return the mean sensitivity over the classes of all rows, each over its rows that are kept."""
        return float(np.mean([np.mean(self.right[kept & (self.truth == name)]) for name in self.present]))

    def partial_area(self) -> float:
        """Return the area of the ROC curve above the least sensitivity, by the trapezoids of a cut curve."""
        least = self.settings["min_sensitivity"]
        fpr, tpr, _ = roc_curve(self.truth == MELANOMA, self.chance(MELANOMA), drop_intermediate=False)
        cut = np.concatenate([[np.interp(least, tpr, fpr)], fpr[tpr > least]])
        above = np.concatenate([[least], tpr[tpr > least]])
        return float(np.sum((1 - (cut[1:] + cut[:-1]) / 2) * np.diff(above)))

    def malignancy(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return, of the rows that are malignant or benign, which are malignant, their score, and which are called."""
        counts = ~np.isin(self.truth, INDETERMINATE)
        malignant = sum(self.chance(name) for name in self.classes if name in MALIGNANT)
        benign = sum(self.chance(name) for name in self.classes if name not in (*MALIGNANT, *INDETERMINATE))
        score, called = malignant / (malignant + benign), malignant >= benign
        return np.isin(self.truth, MALIGNANT)[counts], score[counts], called[counts]

    def bins(self, lesions_per_bin: int) -> list[np.ndarray]:
        """Return the rows of each filled bin; bins hold equally many rows, but equal confidences share one."""
        size, lesions = len(self.table), self.table["group_id"].nunique()
        bins = max(1, min(self.settings["ece_bins"], lesions // lesions_per_bin))
        compared = np.round(self.confidence, 12)
        ordered = np.sort(compared)
        upper = [ordered[int(np.ceil(size * k / bins)) - 1] for k in range(1, bins)]
        place = np.array([sum(end < value for end in upper) for value in compared])
        return [place == b for b in range(bins) if (place == b).any()]

    def ece(self) -> float:
        gaps = self.confidence - self.right
        return sum(abs(gaps[inside].sum()) for inside in self.bins(LESIONS_PER_BIN)) / len(gaps)

    def brier(self) -> float:
        return sum(np.mean((self.chance(name) - (self.truth == name)) ** 2) for name in self.classes)

    def log_loss(self) -> float:
        binary = np.clip(self.chance_of_truth, LEAST_OF_LOGARITHM, 1)
        return log_loss(np.ones(len(binary)), np.stack([1 - binary, binary], axis=1), labels=[0, 1])


@dataclass(frozen=True)
class Rules:
    """What is chosen on validation or calibration rows and then held for every split."""

    splits: dict[str, Split]

    @cached_property
    def threshold(self) -> float:
        validation = self.splits["validation"]
        scores = validation.chance(MELANOMA)[validation.truth == MELANOMA]
        return max(t for t in scores if np.mean(scores >= t) >= validation.settings["target_sensitivity"])

    @cached_property
    def least_probability(self) -> dict[str, float]:
        calibration = self.splits["calibration"]
        return {side: _cover(calibration.part(rows)) for side, rows in sides_of(calibration).items()}

    @cached_property
    def usual(self) -> dict[str, np.ndarray]:
        """Return where validation pictures are once measures have no spread of their own and do not go together."""
        measures = self.splits["validation"].measures
        least = LEAST_SHARE * np.array([255.0] * len(GREY_LEVELS) + [1.0] * len(SHARES))
        centred = measures - measures.mean(axis=0)
        covariance = centred.T @ centred / (len(centred) - 1) + np.diag(least**2)
        whitening = np.linalg.cholesky(np.linalg.inv(covariance))
        count = len(measures)
        kept = sorted({round(place) for place in np.linspace(0, count - 1, min(count, MOST_KNOWN))})
        return {
            "mean": measures.mean(axis=0),
            "whitening": whitening,
            "known": np.round(centred[kept] @ whitening, 4),
        }

    def unlikeness(self, split: Split) -> np.ndarray:
        """Return the distance of each picture from the fifth nearest known one."""
        places = (split.measures - self.usual["mean"]) @ self.usual["whitening"]
        apart = np.sqrt(((places[:, None, :] - self.usual["known"][None]) ** 2).sum(axis=2))
        return np.sort(apart, axis=1)[:, NEIGHBOUR - 1]

    @cached_property
    def farthest(self) -> float:
        """Return the distance that lets the stated share of calibration lesions be called unlike."""
        calibration = self.splits["calibration"]
        distances = pd.Series(self.unlikeness(calibration))
        groups = calibration.table["group_id"].to_numpy()
        needed = (1 - calibration.settings["false_alarms"]) * (len(set(groups)) + 1) - 1e-9
        within = (float(d) for d in np.unique(distances))
        return next(d for d in within if (distances <= d).groupby(groups).mean().sum() >= needed)

    @cached_property
    def temperature(self) -> float:
        """Return T of the least log loss: where the mean of log p under p^(1 / T) is that under the truth."""
        calibration = self.splits["calibration"]
        logs = np.log(np.maximum(calibration.chances, LEAST_OF_LOGARITHM))
        stated = np.mean(np.log(np.maximum(calibration.chance_of_truth, LEAST_OF_LOGARITHM)))
        return 1 / halve(
            lambda inverse: stated - np.mean((calibration.scaled(1 / inverse).chances * logs).sum(axis=1)),
            1 / HOTTEST,
            1 / COLDEST,
        )


def sides_of(s: Split) -> dict[str, np.ndarray]:
    """Return the rows of melanoma and of all other classes."""
    return {MELANOMA: s.truth == MELANOMA, "others": s.truth != MELANOMA}


def halve(falling: Callable[[float], float], low: float, high: float) -> float:
    """Return where a falling function passes 0, to the last digit that a float holds."""
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return low


def _cover(rows: Split) -> float:
    """Return the largest probability from which on enough lesions are covered, each by the share of its rows."""
    needed = rows.settings["coverage"] * (rows.table["group_id"].nunique() + 1) - 1e-9
    chances = pd.Series(rows.chance_of_truth)
    groups = rows.table["group_id"].to_numpy()
    candidates = np.unique(chances)[::-1]
    return next(float(t) for t in candidates if (chances >= t).groupby(groups).mean().sum() >= needed)


def fit_intercept(logits: np.ndarray, events: np.ndarray, slope: float = 1.0) -> float:
    """Return the a of logit P = a + slope * logits that expects as many events as there are."""
    return halve(lambda a: np.mean(events - _logistic(a + slope * logits)), -FARTHEST, FARTHEST)


def fit_slope(logits: np.ndarray, events: np.ndarray) -> float:
    """Return the b of logit P = a + b * logits, with the a that belongs to it, that leaves nothing to the logits."""

    def miss(slope: float) -> np.ndarray:
        return events - _logistic(fit_intercept(logits, events, slope) + slope * logits)

    return halve(lambda slope: np.mean(miss(slope) * logits), -STEEPEST, STEEPEST)


def _logistic(predictor: np.ndarray) -> np.ndarray:
    return (1 + np.tanh(predictor / 2)) / 2
