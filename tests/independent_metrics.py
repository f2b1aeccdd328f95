"""Every value of a run's `metrics.json`, recomputed by scikit-learn and numpy alone; nothing of ours is imported.

Not recomputed: intervals, which depend on the resamples, and parts that are named in `Recomputed.unknown`.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    cohen_kappa_score,
    confusion_matrix,
    f1_score,
    precision_score,
    recall_score,
    roc_auc_score,
    roc_curve,
)

ECE_BINS, LESIONS_PER_BIN, MIN_ROWS, TARGET, LEAST_SENSITIVITY = 15, 5, 10, 0.95, 0.80
MALIGNANT = ("melanoma", "basal cell carcinoma", "squamous cell carcinoma")
INDETERMINATE = ("actinic keratosis",)
# Fitted or binned parts of which this script has no second definition yet.
WITHOUT_DEFINITION = frozenset({"calibration", "temperature", "conformal", "abstention"})


@dataclass
class Recomputed:
    """What was told and what was found, by path; and the names that no independent definition is known of."""

    pairs: dict[str, tuple[float, float]] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)


def recompute(folder: Path) -> Recomputed:
    """Recompute the values of a run's folder, made with the default settings of evaluate but for the resamples."""
    metrics = json.loads((folder / "metrics.json").read_text())
    rows = pd.read_parquet(folder / "predictions.parquet")
    manifest = pd.read_parquet(folder / "manifest.parquet").set_index("image_id")
    examples = pd.read_parquet(folder / "examples.parquet")
    own = rows["image_id"]
    for column in ("diagnosis", "sex", "age_approx", "anatom_site_general"):
        rows[column] = manifest.loc[own, column].to_numpy()
    groups = examples.drop_duplicates("image_id").set_index("image_id")["group_id"]
    taught = set(examples.loc[examples["split"] == "train", "group_id"])
    rows["related"] = groups.loc[own].isin(taught).to_numpy()
    found = Recomputed()
    for name, told in metrics["splits"].items():
        validation = rows[rows["split"] == "validation"]
        _check_split(Split(rows[rows["split"] == name], metrics["classes"], validation), told, name, found)
    return found


@dataclass
class Split:
    """One split's rows as arrays."""

    table: pd.DataFrame
    classes: list[str]
    validation: pd.DataFrame

    def __post_init__(self) -> None:
        self.truth, self.predicted = self.table["diagnosis"].to_numpy(), self.table["predicted"].to_numpy()
        self.chances = self.table[[f"probability:{name}" for name in self.classes]].to_numpy(float)
        self.present = [name for name in self.classes if name in set(self.truth)]

    def chance(self, name: str) -> np.ndarray:
        return self.chances[:, self.classes.index(name)]

    def auroc(self, name: str) -> float:
        return float(roc_auc_score(self.truth == name, self.chance(name)))

    def partial_area(self) -> float:
        """Return the area of the ROC curve above the least sensitivity, by the trapezoids of a cut curve."""
        fpr, tpr, _ = roc_curve(self.truth == "melanoma", self.chance("melanoma"), drop_intermediate=False)
        cut = np.concatenate([[np.interp(LEAST_SENSITIVITY, tpr, fpr)], fpr[tpr > LEAST_SENSITIVITY]])
        above = np.concatenate([[LEAST_SENSITIVITY], tpr[tpr > LEAST_SENSITIVITY]])
        return float(np.sum((1 - (cut[1:] + cut[:-1]) / 2) * np.diff(above)))

    def malignancy(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return, of the rows that are malignant or benign, which are malignant, their score, and which are called."""
        counts = ~np.isin(self.truth, INDETERMINATE)
        malignant = sum(self.chance(name) for name in self.classes if name in MALIGNANT)
        benign = sum(self.chance(name) for name in self.classes if name not in (*MALIGNANT, *INDETERMINATE))
        score, called = malignant / (malignant + benign), malignant >= benign
        return np.isin(self.truth, MALIGNANT)[counts], score[counts], called[counts]

    def ece(self) -> float:
        confidence = np.array([self.chances[n, self.classes.index(p)] for n, p in enumerate(self.predicted)])
        size = len(confidence)
        bins = max(1, min(ECE_BINS, self.table["group_id"].nunique() // LESIONS_PER_BIN))
        ordered = np.sort(confidence)
        upper = [ordered[int(np.ceil(size * k / bins)) - 1] for k in range(1, bins)]
        place = np.array([sum(end < value for end in upper) for value in confidence])
        right = self.truth == self.predicted
        return sum(abs((confidence - right)[place == b].sum()) for b in range(bins)) / size


def _overall(s: Split) -> dict[str, Callable[[], float]]:
    is_melanoma = s.truth == "melanoma"
    called = s.predicted == "melanoma"
    malignant, malignant_score, called_malignant = s.malignancy()
    score = {"labels": s.present, "average": "macro", "zero_division": 0}
    return {
        "accuracy": lambda: accuracy_score(s.truth, s.predicted),
        "balanced_accuracy": lambda: recall_score(s.truth, s.predicted, **score),
        "macro_f1": lambda: f1_score(s.truth, s.predicted, **score),
        "macro_auroc": lambda: np.mean([s.auroc(name) for name in s.present]),
        "melanoma_auroc": lambda: s.auroc("melanoma"),
        "melanoma_auprc": lambda: average_precision_score(is_melanoma, s.chance("melanoma")),
        "melanoma_sensitivity": lambda: recall_score(is_melanoma, called),
        "melanoma_specificity": lambda: recall_score(~is_melanoma, ~called),
        "brier": lambda: sum(np.mean((s.chance(name) - (s.truth == name)) ** 2) for name in s.classes),
        "ece": s.ece,
        "kappa": lambda: cohen_kappa_score(s.truth, s.predicted),
        "melanoma_pauc": s.partial_area,
        "malignant_auroc": lambda: roc_auc_score(malignant, malignant_score),
        "malignant_auprc": lambda: average_precision_score(malignant, malignant_score),
        "malignant_sensitivity": lambda: np.mean(called_malignant[malignant]),
        "malignant_specificity": lambda: np.mean(~called_malignant[~malignant]),
    }


def _of_class(s: Split, name: str) -> dict[str, Callable[[], float]]:
    one, called = s.truth == name, s.predicted == name
    return {
        "sensitivity": lambda: recall_score(one, called),
        "precision": lambda: precision_score(one, called),
        "f1": lambda: f1_score(one, called),
        "auroc": lambda: s.auroc(name),
    }


def _point(s: Split) -> dict[str, Callable[[], float]]:
    scores = s.validation.loc[s.validation["diagnosis"] == "melanoma", "probability:melanoma"].to_numpy()
    threshold = max(t for t in scores if np.mean(scores >= t) >= TARGET)
    is_melanoma, called = s.truth == "melanoma", s.chance("melanoma") >= threshold
    return {
        "sensitivity": lambda: np.mean(called[is_melanoma]),
        "specificity": lambda: np.mean(~called[~is_melanoma]),
        "ppv": lambda: np.mean(is_melanoma[called]),
        "npv": lambda: np.mean(~is_melanoma[~called]),
        "number_needed_to_biopsy": lambda: 1 / np.mean(is_melanoma[called]),
        "net_benefit": lambda: _net_benefit(is_melanoma, called, threshold),
        "net_benefit_of_biopsying_all": lambda: _net_benefit(is_melanoma, np.ones_like(called), threshold),
    }


def _net_benefit(is_melanoma: np.ndarray, called: np.ndarray, threshold: float) -> float:
    in_vain = np.mean(called & ~is_melanoma) * threshold / (1 - threshold)
    return float(np.mean(called & is_melanoma) - in_vain)


def _labels(table: pd.DataFrame, column: str) -> np.ndarray:
    if column != "age_band":
        return table[column].astype("object").where(table[column].notna(), "unknown").to_numpy()
    bands = [(0, 30, "<30"), (30, 50, "30-49"), (50, 70, "50-69"), (70, np.inf, ">=70")]
    return np.array(
        [next((name for low, high, name in bands if low <= age < high), "unknown") for age in table["age_approx"]]
    )


def _subgroup(s: Split, column: str, value: str) -> dict[str, Callable[[], float]]:
    inside = _labels(s.table, column) == value
    melanoma = inside & (s.truth == "melanoma")
    return {
        "accuracy": lambda: np.mean((s.truth == s.predicted)[inside]),
        "melanoma_sensitivity": lambda: np.mean(s.predicted[melanoma] == "melanoma"),
    }


def _gap(s: Split, column: str, told: dict[str, Any]) -> dict[str, Callable[[], float]]:
    labels = _labels(s.table, column)
    right = s.truth == s.predicted
    names = [name for name in set(labels) if name != "unknown" and sum(labels == name) >= MIN_ROWS]
    shares = [np.mean(right[labels == name]) for name in names]
    return {"accuracy": lambda: max(shares) - min(shares)}


def _gap_on_the_same_diagnoses(s: Split, column: str, told: dict[str, Any]) -> dict[str, Callable[[], float]]:
    """Average the differences within diagnoses, each weighing m n / (m + n), of the two subgroups that are told."""
    labels, right = _labels(s.table, column), s.truth == s.predicted
    sides = [labels == told.get("best"), labels == told.get("worst")]
    rows = [[side & (s.truth == name) for side in sides] for name in s.classes]
    shared = [(a, b) for a, b in rows if a.any() and b.any()]
    weights = [a.sum() * b.sum() / (a.sum() + b.sum()) for a, b in shared]
    return {"accuracy": lambda: np.average([right[a].mean() - right[b].mean() for a, b in shared], weights=weights)}


def _related(s: Split, metric: str) -> dict[str, Callable[[], float]]:
    sides = [Split(s.table[s.table["related"] == side], s.classes, s.validation) for side in (True, False)]
    first, second = (_overall(side)[metric] for side in sides)
    return {"with": first, "without": second, "difference": lambda: first() - second()}


def _check_split(s: Split, told: dict[str, Any], path: str, found: Recomputed) -> None:
    known = {"n", "groups", "confusion", "not_evaluated"}
    _check(_overall(s), told["metrics"], f"{path}.metrics", found)
    for part, record in told.items():
        for where, oracle, entry in _parts(s, part, record):
            _check(oracle, entry, f"{path}.{part}{where}", found)
            known.add(part)
    found.pairs[f"{path}.n"] = (told["n"], len(s.table))
    found.pairs[f"{path}.groups"] = (told["groups"], s.table["group_id"].nunique())
    counts = confusion_matrix(s.truth, s.predicted, labels=s.classes)
    found.pairs |= {
        f"{path}.confusion[{r}][{c}]": (told["confusion"][r][c], counts[r, c]) for r, c in np.ndindex(counts.shape)
    }
    for part, record in told.items():
        if part not in known and any(_values(record)):
            found.unknown.add(part)
    if "relatives" in told and "n_with" in told["relatives"]:
        found.pairs[f"{path}.relatives.n_with"] = (told["relatives"]["n_with"], int(s.table["related"].sum()))


def _parts(s: Split, part: str, record: Any) -> Iterator[tuple[str, dict[str, Callable[[], float]], dict[str, Any]]]:
    """Yield, of a part that is known, where its figures stand, how they are recomputed, and what was told."""
    if part == "metrics":
        yield "", {}, {}
    elif part == "per_class":
        yield from ((f".{name}", _of_class(s, name), entry) for name, entry in record.items())
    elif part == "operating_point":
        yield "", _point(s), record
    elif part == "subgroups":
        for column, values in record.items():
            yield from ((f".{column}.{value}", _subgroup(s, column, value), entry) for value, entry in values.items())
    elif part in ("subgroup_gaps", "standardised_gaps"):
        measure = _gap if part == "subgroup_gaps" else _gap_on_the_same_diagnoses
        yield from ((f".{column}", measure(s, column, entry), entry) for column, entry in record.items())
    elif part == "relatives":
        for metric in ("accuracy", "balanced_accuracy"):
            if metric in record:
                yield f".{metric}", _related(s, metric), record[metric]


def _check(oracle: dict[str, Callable[[], float]], told: dict[str, Any], path: str, found: Recomputed) -> None:
    for name, figure in told.items():
        if not isinstance(figure, dict) or "value" not in figure:
            continue
        if name in oracle:
            found.pairs[f"{path}.{name}"] = (figure["value"], float(oracle[name]()))
        else:
            found.unknown.add(f"{path.partition('.')[2]}.{name}")


def _values(tree: Any) -> Iterator[float]:
    if isinstance(tree, dict):
        if "value" in tree:
            yield tree["value"]
        for item in tree.values():
            yield from _values(item)
