"""A study's page: networks side by side and whether each step helped, in one HTML file that opens offline."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from melanoma.reporting.number_text import share_text, value_text
from melanoma.reporting.page import set_page

# Each has the protocol and the split whose figures it shows.
COLUMNS = (
    ("leaking", "validation", "Leaking validation"),
    ("clean", "validation", "Clean validation"),
    ("clean", "test", "Clean test"),
)
_ANSWERS = {
    "row before": "Did each step help?",
    "baseline": "What is gained over the baseline?",
    "as published": "What is gained over the published network?",
}


@dataclass(frozen=True)
class StudyRecord:
    """What the page shows.

    Attributes:
        version: The version of `melanoma` that made it.
        document: `study.json`.
        figure: The figure of intervals, as PNG bytes.
    """

    version: str
    document: Mapping[str, Any]
    figure: bytes


def render_study_page(record: StudyRecord) -> str:
    """Write the page; every name is escaped, and its policy forbids scripts and requests.

    Args:
        record: What the runs of the study have left.

    Returns:
        The text of an HTML file, to be stored as UTF-8.
    """
    document = record.document
    return set_page(
        "study.html.j2",
        record=record,
        study=document,
        columns=COLUMNS,
        changes={row["name"]: describe_change(row) for row in document["rows"]},
        gains={entry["row"]: entry for entry in document["comparisons"] if entry["against"] == "row before"},
        answers=list(group_answers(document["comparisons"])),
        leaks=list(state_leaks(document)),
    )


def figure_of(row: Mapping[str, Any], protocol: str, split: str, metric: str) -> Mapping[str, Any] | None:
    """Return a figure of a row; None where there is none.

    Args:
        row: One of the rows of `study.json`.
        protocol: ``clean`` or ``leaking``.
        split: ``validation`` or ``test``.
        metric: As in `metrics.json`.
    """
    figures: Mapping[str, Any] = ((row[protocol] or {}).get("splits", {})).get(split, {})
    return figures.get(metric)


def describe_change(row: Mapping[str, Any]) -> str:
    """Return what a row changes in one line.

    Examples:
        >>> describe_change({"profile": None, "change": {"train": {"network": "cnn", "epochs": 2}}})
        'train.network cnn, train.epochs 2'
    """
    changes = [f"{key} {value_text(value)}" for key, value in _flatten(row["change"])]
    return ", ".join([f"profile {row['profile']}", *changes] if row["profile"] else changes)


def group_answers(comparisons: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """Yield each question that has answers, with them."""
    for against, question in _ANSWERS.items():
        found = [entry for entry in comparisons if entry["against"] == against]
        if found:
            yield question, found


def state_leaks(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield sentences on how far the leaking figures can be believed."""
    for row in document["rows"]:
        promised = figure_of(row, "leaking", "validation", "balanced_accuracy")
        kept = figure_of(row, "clean", "test", "balanced_accuracy")
        if promised and kept:
            share = row["leaking"]["validation_images_with_relative_in_training"]
            yield (
                f"{row['name']}: the leaking protocol says {promised['value']:.3f} on its validation images, of which "
                f"{share_text(share)} have a relative in training; clean test says {kept['value']:.3f}."
            )
    known = document["published_network_knows"]
    if known and known["known"]:
        yield (
            f"The published network has trained on a relative of {known['known']} of the {known['images']} clean test "
            "images, so that its own figure on them is, if anything, too high."
        )


def _flatten(values: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value
