"""Every value of a run's `metrics.json`, recomputed from `predictions.parquet` and the manifest.

By numpy, scikit-learn and the definitions here and in `independent_split.py`; nothing of ours is imported. As a command
it says in one line how many values agree, and ends with 1 if one does not:

    python tests/independent_metrics.py RUN_FOLDER

What is fitted is fitted by halving the interval of a score equation until it cannot be halved, so that it agrees as
closely as what has a closed form. Not recomputed: intervals, which depend on the resamples, and what is made of the
pictures themselves, `FROM_PICTURES`.
"""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
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
)

if __package__:
    from tests.independent_split import LESIONS_PER_MARK, MELANOMA, Rules, Split, fit_intercept, fit_slope, sides_of
else:  # the folder of a command is where it looks first
    from independent_split import LESIONS_PER_MARK, MELANOMA, Rules, Split, fit_intercept, fit_slope, sides_of

TOLERANCE = 1e-9
KEPT_PER_CENT = (100, 90, 80, 70, 60, 50)
FROM_PICTURES = frozenset({"agreement.two_sample.auroc"})
SUBGROUPS_FROM = ("sex", "age_approx", "anatom_site_general", "fitzpatrick_skin_type", "source", "attribution")


@dataclass
class Recomputed:
    """What was told and what was found, by path; and the paths that no independent definition is known of."""

    pairs: dict[str, tuple[float, float]] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)

    @property
    def wrong(self) -> dict[str, tuple[float, float]]:
        return {path: pair for path, pair in self.pairs.items() if not abs(pair[0] - pair[1]) <= TOLERANCE}

    def describe(self) -> str:
        gaps = {path: abs(told - found) for path, (told, found) in self.pairs.items()}
        path = max(gaps, key=lambda path: np.nan_to_num(gaps[path], nan=np.inf))
        agree = f"{len(gaps) - len(self.wrong)} of {len(gaps)} values agree within {TOLERANCE:g}"
        undefined = f"; no definition of {', '.join(sorted(self.unknown))}" if self.unknown else ""
        return f"{agree}; the largest difference is {gaps[path]:.2g}, of {path}{undefined}"


def recompute(folder: Path) -> Recomputed:
    """Recompute the values of a run's folder by the settings that it has recorded."""
    metrics = json.loads((folder / "metrics.json").read_text())
    settings = json.loads((folder / "run.json").read_text())["config"]["evaluate"]
    rows = _read_rows(folder)
    splits = {name: Split(rows[rows["split"] == name], metrics["classes"], settings) for name in set(rows["split"])}
    rules = Rules(splits)
    oracle = {
        "frozen": _frozen(rules),
        "splits": {name: partial(_of_split, split, rules) for name, split in splits.items()},
        "agreement": partial(_agreement, splits),
    }
    found = Recomputed()
    _compare(metrics, oracle, "", found)
    return found


def _read_rows(folder: Path) -> pd.DataFrame:
    """Read the predictions; a copy, which has a parent, has its parent's diagnosis and patient."""
    rows = pd.read_parquet(folder / "predictions.parquet")
    manifest = pd.read_parquet(folder / "manifest.parquet").set_index("image_id")
    examples = pd.read_parquet(folder / "examples.parquet")
    source = rows["parent_id"].where(rows["parent_id"].notna(), rows["image_id"])
    for column in ("diagnosis", *SUBGROUPS_FROM):
        rows[column] = manifest.loc[source, column].to_numpy()
    groups = examples.set_index("image_id")["group_id"]
    taught = set(examples.loc[examples["split"] == "train", "group_id"])
    rows["related"] = groups.loc[rows["image_id"]].isin(taught).to_numpy()
    return rows


def _frozen(rules: Rules) -> dict[str, Any]:
    return {
        "operating_point": partial(_rule_of_point, rules),
        "conformal": partial(_rule_of_sets, rules),
        "temperature": {"temperature": lambda: rules.temperature},
        "out_of_distribution": partial(_rule_of_distance, rules),
    }


def _of_split(s: Split, rules: Rules) -> dict[str, Any]:
    return {
        "n": len(s.table),
        "groups": s.table["group_id"].nunique(),
        "metrics": _overall(s),
        "per_class": {name: _of_class(s, name) for name in s.classes},
        "operating_point": lambda: _rule_of_point(rules) | _point(s, rules.threshold),
        "subgroups": {column: _subgroups(s, column) for column in s.settings["subgroups"]},
        "subgroup_gaps": {column: {"accuracy": partial(_gap, s, column)} for column in s.settings["subgroups"]},
        "standardised_gaps": {
            column: FromTold(partial(_gap_on_the_same_diagnoses, s, column)) for column in s.settings["subgroups"]
        },
        "relatives": partial(_relatives, s),
        "confusion": confusion_matrix(s.truth, s.predicted, labels=s.classes).tolist(),
        "calibration": {"bins": partial(_bins, s), MELANOMA: partial(_recalibration, s)},
        "temperature": partial(_temperature, s, rules),
        "conformal": lambda: _rule_of_sets(rules) | {"sets": _sets(s, rules.least_probability)},
        "out_of_distribution": partial(_unlike, s, rules),
        "abstention": {"kept": {str(share): _kept(s, share) for share in KEPT_PER_CENT}, "aurc": partial(_aurc, s)},
    }


def _overall(s: Split) -> dict[str, Callable[[], float]]:
    is_melanoma = s.truth == MELANOMA
    called = s.predicted == MELANOMA
    malignant, malignant_score, called_malignant = s.malignancy()
    score = {"labels": s.present, "average": "macro", "zero_division": 0}
    return {
        "accuracy": lambda: accuracy_score(s.truth, s.predicted),
        "balanced_accuracy": lambda: recall_score(s.truth, s.predicted, **score),
        "macro_f1": lambda: f1_score(s.truth, s.predicted, **score),
        "macro_auroc": lambda: np.mean([s.auroc(name) for name in s.present]),
        "melanoma_auroc": lambda: s.auroc(MELANOMA),
        "melanoma_auprc": lambda: average_precision_score(is_melanoma, s.chance(MELANOMA)),
        "melanoma_sensitivity": lambda: recall_score(is_melanoma, called),
        "melanoma_specificity": lambda: recall_score(~is_melanoma, ~called),
        "brier": s.brier,
        "ece": s.ece,
        "kappa": lambda: cohen_kappa_score(s.truth, s.predicted),
        "melanoma_pauc": s.partial_area,
        "malignant_auroc": lambda: roc_auc_score(malignant, malignant_score),
        "malignant_auprc": lambda: average_precision_score(malignant, malignant_score),
        "malignant_sensitivity": lambda: np.mean(called_malignant[malignant]),
        "malignant_specificity": lambda: np.mean(~called_malignant[~malignant]),
    }


def _of_class(s: Split, name: str) -> dict[str, Any]:
    one, called = s.truth == name, s.predicted == name
    return {
        "n": int(one.sum()),
        "sensitivity": lambda: recall_score(one, called),
        "precision": lambda: precision_score(one, called),
        "f1": lambda: f1_score(one, called),
        "auroc": lambda: s.auroc(name),
    }


def _rule_of_point(rules: Rules) -> dict[str, float]:
    validation = rules.splits["validation"]
    return {"threshold": rules.threshold, "target_sensitivity": validation.settings["target_sensitivity"]}


def _point(s: Split, threshold: float) -> dict[str, Callable[[], float]]:
    is_melanoma, called = s.truth == MELANOMA, s.chance(MELANOMA) >= threshold
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


def _subgroups(s: Split, column: str) -> dict[str, Any]:
    labels = s.labels(column)
    return {value: _subgroup(s, labels == value) for value in set(labels)}


def _subgroup(s: Split, inside: np.ndarray) -> dict[str, Any]:
    return {
        "n": int(inside.sum()),
        "accuracy": lambda: np.mean(s.right[inside]),
        "melanoma_sensitivity": lambda: np.mean(s.right[inside & (s.truth == MELANOMA)]),
    }


def _gap(s: Split, column: str) -> float:
    labels = s.labels(column)
    names = [name for name in set(labels) if name != "unknown" and sum(labels == name) >= s.settings["min_events"]]
    shares = [np.mean(s.right[labels == name]) for name in names]
    return max(shares) - min(shares)


@dataclass(frozen=True)
class FromTold:
    """A definition that needs what was chosen by the resamples, which is told beside the figure."""

    define: Callable[[dict[str, Any]], dict[str, Any]]


def _gap_on_the_same_diagnoses(s: Split, column: str, told: dict[str, Any]) -> dict[str, Callable[[], float]]:
    """Average the differences within diagnoses, each weighing m n / (m + n), of the two subgroups that are told."""
    labels = s.labels(column)
    sides = [labels == told.get("best"), labels == told.get("worst")]
    rows = [[side & (s.truth == name) for side in sides] for name in s.classes]
    shared = [(a, b) for a, b in rows if a.any() and b.any()]
    weights = [a.sum() * b.sum() / (a.sum() + b.sum()) for a, b in shared]
    return {"accuracy": lambda: np.average([s.right[a].mean() - s.right[b].mean() for a, b in shared], weights=weights)}


def _relatives(s: Split) -> dict[str, Any]:
    related = s.table["related"].to_numpy()
    sides = [_overall(s.part(side)) for side in (related, ~related) if side.any()]
    counts = {"n_with": int(related.sum()), "n_without": int((~related).sum())}
    return counts | {name: _with_and_without(sides, name) for name in ("accuracy", "balanced_accuracy")}


def _with_and_without(sides: list[dict[str, Callable[[], float]]], name: str) -> dict[str, Callable[[], float]]:
    first, second = sides[0][name], sides[-1][name]
    return {"with": first, "without": second, "difference": lambda: first() - second()}


def _bins(s: Split) -> dict[str, Any]:
    return {
        f"{k:02d}": {"confidence": np.mean(s.confidence[b]), "n": int(b.sum()), "right": np.mean(s.right[b])}
        for k, b in enumerate(s.bins(LESIONS_PER_MARK), 1)
    }


def _recalibration(s: Split) -> dict[str, Any]:
    binary = s.logits(MELANOMA), s.truth == MELANOMA
    return {
        "n": len(s.table),
        "events": int(binary[1].sum()),
        "slope": lambda: fit_slope(*binary),
        "intercept": lambda: fit_intercept(*binary),
    }


def _temperature(s: Split, rules: Rules) -> dict[str, Any]:
    after = s.scaled(rules.temperature)
    figures = {
        name: {"ece": side.ece, "brier": side.brier, "log_loss": side.log_loss}
        for name, side in (("before", s), ("after", after))
    }
    return {"temperature": rules.temperature, "bins": _bins(after), **figures}


def _rule_of_sets(rules: Rules) -> dict[str, Any]:
    calibration = rules.splits["calibration"]
    lesions = {name: calibration.table["group_id"][rows].nunique() for name, rows in sides_of(calibration).items()}
    coverage = calibration.settings["coverage"]
    return {"coverage": coverage, "least_probability": rules.least_probability, "lesions": lesions}


def _sets(s: Split, least: dict[str, float]) -> dict[str, Callable[[], float]]:
    named = [
        {name for name, p in zip(s.classes, row, strict=True) if p >= least[MELANOMA if name == MELANOMA else "others"]}
        for row in s.chances
    ]
    size = np.array([len(names) for names in named])
    holds = np.array([name in names for name, names in zip(s.truth, named, strict=True)])
    return {
        "coverage": lambda: np.mean(holds),
        **{f"{side}_coverage": partial(np.mean, holds[rows]) for side, rows in sides_of(s).items() if rows.any()},
        "mean_size": lambda: np.mean(size),
        "single": lambda: np.mean(size == 1),
        "empty": lambda: np.mean(size == 0),
        "full": lambda: np.mean(size == len(s.classes)),
    }


def _rule_of_distance(rules: Rules) -> dict[str, Any]:
    usual = {name: values.tolist() for name, values in rules.usual.items()}
    return usual | {"limit": rules.farthest, "false_alarms": rules.splits["calibration"].settings["false_alarms"]}


def _unlike(s: Split, rules: Rules) -> dict[str, float]:
    rule = _rule_of_distance(rules)
    unlike = float(np.mean(rules.unlikeness(s) > rules.farthest))
    return {"limit": rule["limit"], "false_alarms": rule["false_alarms"], "unlike": unlike}


def _kept(s: Split, per_cent: int) -> dict[str, Any]:
    wanted = -(-len(s.table) * per_cent // 100)
    kept = s.confidence >= sorted(s.confidence, reverse=True)[wanted - 1]
    return {
        "n": int(kept.sum()),
        "share": np.mean(kept),
        "accuracy": lambda: np.mean(s.right[kept]),
        "balanced_accuracy": lambda: s.balanced_accuracy(kept),
        "melanoma_kept": lambda: np.mean(kept[s.truth == MELANOMA]),
    }


def _aurc(s: Split) -> float:
    """Return the mean over rows of the error among those that are at least as certain."""
    levels, own, rows = np.unique(s.confidence, return_inverse=True, return_counts=True)
    wrong = np.bincount(own, ~s.right, minlength=len(levels))
    return float((np.cumsum(wrong[::-1]) / np.cumsum(rows[::-1]))[::-1][own].mean())


def _agreement(splits: dict[str, Split]) -> dict[str, Any]:
    """Return test - validation, and validation accuracy under the class mix of test."""
    validation, test = splits["validation"], splits["test"]
    before, after = _overall(validation), _overall(test)
    shared = [name for name in test.present if name in validation.present]
    recall = {name: [_of_class(s, name)["sensitivity"]() for s in (validation, test)] for name in shared}
    rows = [np.sum(test.truth == name) for name in shared]
    return {
        "differences": {
            **{name: after[name]() - before[name]() for name in ("accuracy", "balanced_accuracy")},
            "sensitivity": {name: late - early for name, (early, late) in recall.items()},
        },
        "validation_reweighted_to_test_mix": np.average([recall[name][0] for name in shared], weights=rows),
    }


def _compare(told: Any, oracle: Any, path: str, found: Recomputed) -> None:
    """Pair each number that is told with its oracle; of a figure, its value."""
    told = told["value"] if isinstance(told, dict) and "value" in told else told
    if path in FROM_PICTURES:
        return
    if isinstance(told, dict | list):
        oracle = oracle.define(told) if isinstance(oracle, FromTold) else oracle
        oracle = oracle() if callable(oracle) else oracle
        for key, item, definition in _pair(told, oracle):
            _compare(item, definition, f"{path}.{key}".lstrip("."), found)
    elif isinstance(told, int | float) and not isinstance(told, bool):
        if oracle is None:
            found.unknown.add(path)
        else:
            found.pairs[path] = (told, float(oracle() if callable(oracle) else oracle))


def _pair(told: Any, oracle: Any) -> Iterator[tuple[Any, Any, Any]]:
    """Yield key, what is told and its definition, of a dict or a list."""
    known = dict(enumerate(oracle)) if isinstance(oracle, list) else oracle or {}
    for key, item in told.items() if isinstance(told, dict) else enumerate(told):
        yield key, item, known.get(key)


def main(folder: Path) -> int:
    """Say in one line how many values of a run agree; return 1 if one does not or has no definition."""
    found = recompute(folder)
    sys.stdout.write(f"{found.describe()}\n")
    return 1 if found.wrong or found.unknown else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
