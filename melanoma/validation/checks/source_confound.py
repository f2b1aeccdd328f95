"""Can the diagnosis be told from what is not the lesion? Then a model may learn the source instead of the disease.

A known case is surgical ink beside melanomas (Winkler et al. 2019, doi:10.1001/jamadermatol.2019.1735).

A small model guesses the diagnosis from `circumstances.PROPERTIES` alone, on groups that it did not learn from. The
finding needs all of: the balanced accuracy's interval above chance; a permutation test that agrees; a diagnosis that is
told apart by a margin. The numbers are in `audit.json`, also where nothing is found.

Limits. The border shows skin, and skin differs between the sites where diseases grow; a large lesion reaches the
border, and a rough one makes a larger file. What is told apart by these alone can be disease. It therefore takes a
margin of `_MARGIN_WITH_SKIN`; the configured one, if smaller, holds for a second model, on what no lesion can change.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from melanoma.config.validate import ValidateConfig
from melanoma.data.grouping import group_images
from melanoma.seeding import derive_seed, generator
from melanoma.validation.circumstances import circumstances_of
from melanoma.validation.finding import Check, Evidence, Finding
from melanoma.validation.guessing import FOLDS, RESAMPLES, Judgement, Question, guess, judge

_FEWEST_GROUPS = 2 * FOLDS  # two in each fold
_MOST_IMAGES = 8000  # more make the interval narrower and nothing clearer
_LEVEL = 0.01
_MARGIN_WITH_SKIN = 0.5
_NAMED = 3
_REMEDY = (
    "Look at what the guesses rest on, in audit.json; make the sources alike (crop, resize, encode), or balance each "
    "diagnosis over them, and read the network's balanced accuracy beside this one."
)


def find(evidence: Evidence, config: ValidateConfig) -> Finding:
    """Find the images of diagnoses that are told apart without the lesion."""
    question, left_out = _ask(evidence)
    if question is None:
        return Finding(images=(), severity="warning", remedy=_REMEDY)
    whole = judge(question, guess(question))
    given_away = _given_away(question, whole, max(_MARGIN_WITH_SKIN, config.confound_margin))
    figures = _figures(question, whole, len(evidence.manifest)) | {"classes_left_out": left_out}
    instrument = replace(question, known=question.known.of_the_instrument())
    if instrument.known.columns:
        part = judge(instrument, guess(instrument))
        given_away |= _given_away(instrument, part, config.confound_margin)
        figures["instrument"] = _figures(instrument, part, len(evidence.manifest))
    rows = evidence.manifest.loc[evidence.manifest["diagnosis"].isin(list(given_away)), ["image_id", "diagnosis"]]
    return Finding(
        images=tuple(rows["image_id"]),
        severity="warning",
        action=config.source_confound,
        remedy=_REMEDY,
        details=dict(zip(rows["image_id"], rows["diagnosis"].map(given_away), strict=True)),
        figures=figures,
    )


def _ask(evidence: Evidence) -> tuple[Question | None, list[str]]:
    """Choose the images to ask about; returns no question if there is none, and the diagnoses that are left out."""
    manifest = evidence.manifest
    if manifest.empty:
        return None, []
    grouped = manifest.assign(group_id=group_images(manifest))
    groups = grouped.groupby("diagnosis")["group_id"].nunique()
    left_out = sorted(groups.index[groups < _FEWEST_GROUPS])
    asked = _sample(grouped[~grouped["diagnosis"].isin(left_out)], evidence.seed)
    known = circumstances_of(asked)
    classes = tuple(sorted(asked["diagnosis"].unique()))
    if len(classes) < 2 or not known.columns:
        return None, left_out
    truth = asked["diagnosis"].map({name: place for place, name in enumerate(classes)}).to_numpy(np.int64)
    members = pd.factorize(asked["group_id"], sort=True)[0].astype(np.int64)
    return Question(known, classes, truth, members, derive_seed(evidence.seed, "source confound")), left_out


def _sample(grouped: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Keep at most `_MOST_IMAGES`, as many of each diagnosis as of another; groups come in random order."""
    most = _MOST_IMAGES // max(1, grouped["diagnosis"].nunique())
    names = np.sort(grouped["group_id"].unique())
    turn = pd.Series(generator(seed, "source confound", "sample").permutation(len(names)), index=names)
    shuffled = grouped.assign(turn=grouped["group_id"].map(turn)).sort_values(["turn", "image_id"])
    return shuffled[shuffled.groupby("diagnosis").cumcount() < most].sort_values("image_id", ignore_index=True)


def _given_away(question: Question, judgement: Judgement, margin: float) -> dict[str, str]:
    """Return what is said of each diagnosis that is told apart.

    Where one is told apart, the others become easier to name, too: they count if they reach half of the most.
    """
    chance, most = 1 / len(question.classes), float(judgement.youden.max())
    if judgement.interval[0] <= chance or judgement.p_value >= _LEVEL:
        return {}
    return {
        name: f"{name} is named {youden:.0%} more often for its own images than for others"
        for name, youden, low in zip(question.classes, judgement.youden, judgement.youden_low, strict=True)
        if low > margin and youden > most / 2
    }


def _figures(question: Question, judgement: Judgement, images: int) -> dict[str, Any]:
    asked = len(question.truth)
    sample = "" if asked == images else f" on {asked:,} of {images:,} images"
    return {
        "balanced_accuracy": {
            "value": judgement.balanced_accuracy,
            "ci95": list(judgement.interval),
            "n": asked,
            "method": f"boosted trees on what is not the lesion{sample}, {FOLDS} folds by group; percentile bootstrap "
            f"over {int(question.groups.max()) + 1:,} groups, {RESAMPLES:,} resamples",
        },
        "chance": 1 / len(question.classes),
        "permutation_p": judgement.p_value,
        "classes": [
            {"diagnosis": name, "youden": float(youden), "youden_low": float(low)}
            for name, youden, low in zip(question.classes, judgement.youden, judgement.youden_low, strict=True)
        ],
        "properties": list(question.known.columns),
        "strongest": [
            {"property": name, "balanced_accuracy_lost": lost}
            for name, lost in list(judgement.lost.items())[:_NAMED]
            if lost > 0
        ],
    }


CHECK = Check("source_confound", find, rank=110)
