"""What a run's report holds of its results, for the items of reporting guidelines."""

from collections.abc import Iterator, Mapping
from typing import Any

from melanoma.reporting.answers_data import tell_classes
from melanoma.reporting.checklist import Answer, AnswerRule, filled, partly
from melanoma.reporting.evidence import Evidence
from melanoma.reporting.failures import unmeasured_diagnoses, weakest_diagnoses
from melanoma.reporting.names import metric_name, within_sentence
from melanoma.reporting.number_text import count_text, figure_text
from melanoma.reporting.verdict import judge

_SPLIT = "test"
_HEADLINES = ("balanced_accuracy", "macro_auroc", "melanoma_auroc")
NOT_MEASURED = "Nothing was measured on test images."


def tell_measures(evidence: Evidence) -> Answer:
    """Which measures are used."""
    metrics = evidence.split(_SPLIT).get("metrics", {})
    if not metrics:
        return partly(NOT_MEASURED)
    return filled(f"Results, Headline metrics: {', '.join(within_sentence(metric_name(name)) for name in metrics)}.")


def tell_uncertainty(evidence: Evidence) -> Answer:
    """How intervals were made."""
    methods = sorted({figure["method"].split(",")[0] for figure in evidence.split(_SPLIT).get("metrics", {}).values()})
    if not methods:
        return partly(NOT_MEASURED)
    return filled(f"Results, How the intervals were made: 95 % intervals of every figure, by {'; '.join(methods)}.")


def tell_performance(evidence: Evidence) -> Answer:
    """How good the model is, with intervals."""
    found = [(name, figure) for name in _HEADLINES if (figure := evidence.figure(_SPLIT, name))]
    if not found:
        return partly(NOT_MEASURED)
    told = "; ".join(f"{within_sentence(metric_name(name))} {figure_text(figure)}" for name, figure in found)
    return filled(f"Results: on test {told}.")


def tell_performance_by_group(evidence: Evidence) -> Answer:
    """How good the model is, in subgroups too."""
    overall, groups = tell_performance(evidence), tell_subgroups(evidence)
    text = f"{overall.text} {groups.text}"
    return filled(text) if overall.state == groups.state == "filled" else partly(text)


def tell_all_splits(evidence: Evidence) -> Answer:
    """How good the model is on every split that it was not fitted to."""
    found = {split: evidence.figure(split, "balanced_accuracy") for split in ("validation", _SPLIT)}
    told = ", ".join(f"{split} {figure_text(figure)}" for split, figure in found.items() if figure)
    missing = [split for split, figure in found.items() if not figure]
    if missing:
        return partly(f"Balanced accuracy on {told or 'no split'}; not on {', '.join(missing)}.")
    return filled(f"Results: balanced accuracy on {told}.")


def tell_subgroups(evidence: Evidence) -> Answer:
    """Figures by subgroup, and which are missing."""
    groups = evidence.split(_SPLIT).get("subgroups", {})
    measured = {column: sum(_has_figure(entry) for entry in entries.values()) for column, entries in _tables(groups)}
    shown = {column: count for column, count in measured.items() if count}
    asked = evidence.config.get("evaluate", {}).get("subgroups", list(measured))
    missing = [column for column in asked if not measured.get(column)]
    if not shown:
        return partly("No subgroup was measured: the data say too little of the people, or the groups are too small.")
    told = ", ".join(f"{column.replace('_', ' ')} ({count})" for column, count in shown.items())
    skin = "" if evidence.cohort.get("skin_type") else " Skin type is not known."
    if missing or skin:
        return partly(f"Results, Subgroups: {told}.{f' Not: {_names(missing)}.' if missing else ''}{skin}")
    return filled(f"Results, Subgroups: {told}.")


def tell_numbers(evidence: Evidence) -> Answer:
    """Images and events of each analysis."""
    record = evidence.split(_SPLIT)
    if not record:
        return partly(NOT_MEASURED)
    melanomas = record.get("per_class", {}).get("melanoma", {}).get("n")
    events = f", of them melanoma {count_text(melanomas)}" if melanomas is not None else ""
    return filled(f"Results: every figure carries its n; test {count_text(record['n'])} images{events}.")


def tell_decisions(evidence: Evidence) -> Answer:
    """The fourfold table of the threshold against the published diagnosis."""
    counts = evidence.decisions
    if not counts:
        return partly("No threshold was frozen, or there is no test image.")
    names = ("true_positive", "false_positive", "false_negative", "true_negative")
    told = ", ".join(f"{name.replace('_', ' ')} {count_text(counts[name])}" for name in names)
    return filled(f"Data, flow diagram, last row: {told}; Results, What was predicted: all diagnoses.")


def tell_accuracy(evidence: Evidence) -> Answer:
    """Sensitivity and specificity of the threshold, with intervals."""
    point = evidence.split(_SPLIT).get("operating_point", {})
    if "sensitivity" not in point or "specificity" not in point:
        return partly("No threshold was frozen, or test has no melanoma.")
    sensitivity, specificity = figure_text(point["sensitivity"]), figure_text(point["specificity"])
    return filled(f"Results, Operating point: on test sensitivity {sensitivity}; specificity {specificity}.")


def tell_failures(evidence: Evidence) -> Answer:
    """Where the model fails."""
    weakest, unmeasured = weakest_diagnoses(evidence), unmeasured_diagnoses(evidence)
    if not evidence.split(_SPLIT):
        return partly(NOT_MEASURED)
    told = "; ".join(f"{entry.diagnosis} {figure_text(entry.sensitivity)}" for entry in weakest)
    wrong = sum(image.kind in ("wrong", "missed melanoma") for image in evidence.gallery)
    text = (
        f"Opening and Examples: {count_text(wrong)} pictures of errors; lowest sensitivity: {told or 'none below 1'}."
    )
    return partly(f"{text} Not known: {', '.join(unmeasured)}.") if unmeasured or not wrong else filled(text)


def tell_errors_and_fairness(evidence: Evidence) -> Answer:
    """Where the model fails, and whether it does so more in some groups of people."""
    errors, groups = tell_failures(evidence), tell_subgroups(evidence)
    text = f"{errors.text} {groups.text}"
    return filled(text) if errors.state == groups.state == "filled" else partly(text)


def tell_agreement(evidence: Evidence) -> Answer:
    """Whether the images of development and evaluation differ."""
    statements = evidence.metrics.get("agreement", {}).get("statements", [])
    if not statements:
        return partly("Validation and test were not compared.")
    return filled(f"Results, Do validation and test agree?: {len(statements)} statements. {statements[0]}")


def tell_limits(evidence: Evidence) -> Answer:
    """What the figures do not show."""
    verdict = judge(evidence)
    applied = len(verdict.applied)
    return partly(
        f"Limits, and {applied} rules of the traffic light ({verdict.light}) that apply; add those of your study."
    )


def tell_calibration(evidence: Evidence) -> Answer:
    """Whether probabilities mean what they say."""
    ece = evidence.figure(_SPLIT, "ece")
    if evidence.split(_SPLIT).get("calibration"):
        told = f"; ECE on test {figure_text(ece)}" if ece else ""
        return filled(f"Results, calibration{told}.")
    if ece:
        return partly(f"Results: ECE on test {figure_text(ece)}; slope and intercept were not measured.")
    return partly("Calibration was not measured.")


def tell_balance(evidence: Evidence) -> Answer:
    """What was done about rare classes, and whether probabilities were mended afterwards."""
    classes, mended = tell_classes(evidence), tell_calibration(evidence)
    text = f"{classes.text} {mended.text}"
    return filled(text) if classes.state == mended.state == "filled" else partly(text)


def tell_categories(evidence: Evidence) -> Answer:
    """Which diagnoses there are, and how many test images of each."""
    per_class = evidence.split(_SPLIT).get("per_class", {})
    told = ", ".join(f"{name} {count_text(per_class.get(name, {}).get('n', 0))}" for name in evidence.classes)
    missing = unmeasured_diagnoses(evidence)
    if not told:
        return partly("The diagnoses were not recorded.")
    text = f"Results, Each diagnosis: test images by published diagnosis: {told}."
    return partly(f"{text} None to measure: {', '.join(missing)}.") if missing else filled(text)


def tell_part(part: str, name: str) -> AnswerRule:
    """Return the rule of an item that one part of the evaluation answers, which a run may lack."""

    def answer(evidence: Evidence) -> Answer:
        figures = sum(1 for _ in _figures(evidence.split(_SPLIT).get(part, {})))
        if figures:
            return filled(f"Results, {name}: {count_text(figures)} figures on test.")
        return partly(f"This run has no figures of {name}.")

    return answer


def _has_figure(entry: object) -> bool:
    return isinstance(entry, Mapping) and any(isinstance(v, Mapping) and "ci95" in v for v in entry.values())


def _tables(groups: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    return ((column, entries) for column, entries in groups.items() if isinstance(entries, Mapping))


def _figures(tree: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(tree, Mapping):
        if "ci95" in tree:
            yield tree
        for branch in tree.values():
            yield from _figures(branch)


def _names(columns: list[str]) -> str:
    return ", ".join(column.replace("_", " ") for column in columns)
