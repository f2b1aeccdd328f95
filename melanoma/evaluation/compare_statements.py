"""Sentences about two models on the same images, A and B, in plain words."""

from collections.abc import Mapping, Sequence
from typing import Any

from melanoma.evaluation.contrast import CANNOT_BE_TOLD, FIRST

_LETTERS = {FIRST: ("A", "B"), "second": ("B", "A")}


def state_comparison(found: Mapping[str, Any]) -> list[str]:
    """Say which model is better in what; first what holds after the correction for how many figures there are.

    Args:
        found: What `melanoma.evaluation.compare_models.compare_models` returns.

    Returns:
        Sentences, one at least.
    """
    figures = found["figures"]
    firm = [figure for figure in figures if figure["holds_after_correction"]]
    loose = [figure for figure in figures if figure["better"] != CANNOT_BE_TOLD and figure not in firm]
    open_ones = [figure for figure in figures if figure["better"] == CANNOT_BE_TOLD]
    correction = f"after Holm's correction for {len(figures)} figures"
    sentences = [f"{sentence}, {correction} too." for sentence in _state_winners(firm)]
    if not firm:
        images = found["images"]
        sentences.append(
            f"No figure tells A from B {correction}, on {images['common']} images of {images['groups']} lesions or "
            "groups of like images."
        )
    sentences += [
        f"{sentence}, by that figure's own interval alone: {correction} it can be chance."
        for sentence in _state_winners(loose)
    ]
    if open_ones:
        names = _join([_within_sentence(figure["label"]) for figure in open_ones])
        sentences.append(f"It cannot be told which is better in {names}; that is no proof that they are equal.")
    return sentences


def state_limits(found: Mapping[str, Any]) -> list[str]:
    """Say what a reader must know of the images that were compared.

    Args:
        found: What `melanoma.evaluation.compare_models.compare_models` returns.

    Returns:
        Sentences; none where all images are common, alike and clean.
    """
    images = found["images"]
    sentences = []
    if images["common"] < max(images["first"], images["second"]):
        sentences.append(
            f"A was evaluated on {images['first']} images and B on {images['second']}: only {images['common']} that "
            "both have are compared, so that figures here may differ from those of the runs."
        )
    if images["diagnosed_otherwise"]:
        sentences.append(
            f"{images['diagnosed_otherwise']} of the common images have another diagnosis in B's run; A's holds for "
            "both."
        )
    for letter, count in zip("AB", images["relatives"], strict=True):
        if count:
            sentences.append(
                f"{letter} has trained on a relative of {count} of the {images['common']} images: its figures are, if "
                "anything, too high, and the comparison is not fair."
            )
        if count is None:
            sentences.append(f"Whether {letter} has trained on relatives of these images is not recorded by its run.")
    return sentences


def _state_winners(figures: Sequence[Mapping[str, Any]]) -> list[str]:
    sentences = []
    for side, (winner, loser) in _LETTERS.items():
        won = [
            f"{_within_sentence(figure['label'])} ({_difference(figure)})"
            for figure in figures
            if figure["better"] == side
        ]
        if won:
            sentences.append(f"{winner} is better than {loser} in {_join(won)}")
    return sentences


def _difference(figure: Mapping[str, Any]) -> str:
    low, high = figure["difference"]["ci95"]
    return f"A - B {figure['difference']['value']:+.3f} [{low:+.3f}, {high:+.3f}]"


def _within_sentence(label: str) -> str:
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _join(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
