"""How well can diagnoses be guessed from some numbers per image? A small model, seen only on groups it did not learn.

The model is a boosted ensemble of shallow trees in which every diagnosis weighs the same. Its guesses are judged by
balanced accuracy, against what guessing without looking gives, 1 / K:

- the interval comes from resampling groups, not images (cluster bootstrap; Field and Welsh 2007, JRSS B 69:369-390);
- the p-value from permuting the diagnoses of groups, each stood for by one image of its rarest diagnosis, against the
  guesses (Ojala and Garriga 2010, JMLR 11:1833-1863, test 1, without learning anew each time).

What counts of a diagnosis is Youden's J: how often it is guessed for its own images less how often for others.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array

from melanoma.seeding import derive_seed, generator
from melanoma.validation.circumstances import Circumstances

FOLDS = 5
RESAMPLES = 1000
PERMUTATIONS = 999
_TREES, _LEAVES, _LEAF_IMAGES = 40, 8, 5
_QUANTILES = (0.025, 0.975)

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Question:
    """Images whose diagnoses are to be guessed.

    Attributes:
        known: What is known of them.
        classes: The K diagnoses.
        truth: int64 [n], the place of each image's diagnosis in ``classes``.
        groups: int64 [n] in [0, G): images that belong together.
        seed: The stream for folds, trees and resamples.
    """

    known: Circumstances
    classes: tuple[str, ...]
    truth: Ints
    groups: Ints
    seed: int


@dataclass(frozen=True)
class Guesses:
    """Guesses for images that the model did not learn from.

    Attributes:
        guessed: int64 [n].
        without: The same after one property's values were dealt out anew among the images, by property.
    """

    guessed: Ints
    without: Mapping[str, Ints]


@dataclass(frozen=True)
class Judgement:
    """How good guesses are.

    Attributes:
        balanced_accuracy: Mean over diagnoses of the share of their images that are guessed right.
        interval: Its 95 % interval.
        youden: Float64 [K], J of each diagnosis.
        youden_low: Float64 [K], the lower end of J's 95 % interval.
        p_value: How often permuted diagnoses are guessed as well.
        lost: The balanced accuracy that goes with each property, largest first.
    """

    balanced_accuracy: float
    interval: tuple[float, float]
    youden: Floats
    youden_low: Floats
    p_value: float
    lost: Mapping[str, float]


def guess(question: Question) -> Guesses:
    """Guess each image's diagnosis by a model that learnt from other groups.

    Args:
        question: Each of its diagnoses has at least `FOLDS` groups.

    Returns:
        The guesses.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier  # first: only what is loaded can be limited
    from threadpoolctl import threadpool_limits

    model = HistGradientBoostingClassifier(
        max_iter=_TREES,
        max_leaf_nodes=_LEAVES,
        min_samples_leaf=_LEAF_IMAGES,
        l2_regularization=1.0,
        categorical_features=question.known.is_category,
        class_weight="balanced",
        early_stopping=False,
        random_state=derive_seed(question.seed, "trees") % 2**32,
    )
    guessed = np.zeros_like(question.truth)
    without = {name: np.zeros_like(guessed) for name in question.known.columns}
    random = generator(question.seed, "deal out")
    with threadpool_limits(1):  # threads that wait for a busy core take ten times as long as one thread
        for seen, unseen in _folds(question):
            model.fit(question.known.values[seen], question.truth[seen])
            values = question.known.values[unseen]
            guessed[unseen] = model.predict(values)
            for name, columns in question.known.columns.items():
                dealt = values.copy()
                dealt[:, columns] = values[random.permutation(len(unseen))][:, columns]
                without[name][unseen] = model.predict(dealt)
    return Guesses(guessed, without)


def judge(question: Question, guesses: Guesses) -> Judgement:
    """Judge guesses against chance."""
    whole = _confusion(question, guesses.guessed)
    draws = _resample(question, guesses.guessed)
    value = float(_balanced_accuracy(whole))
    low, high = np.quantile(_balanced_accuracy(draws), _QUANTILES)
    lost = {
        name: value - float(_balanced_accuracy(_confusion(question, other))) for name, other in guesses.without.items()
    }
    return Judgement(
        value,
        (float(low), float(high)),
        _youden(whole),
        np.quantile(_youden(draws), _QUANTILES[0], axis=0),
        _permutation_p(question, guesses.guessed),
        dict(sorted(lost.items(), key=lambda item: -item[1])),
    )


def _folds(question: Question) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Deal groups over folds, those of each diagnosis evenly; a group counts for its rarest diagnosis."""
    stands_for = question.truth[_representatives(question)]
    order = generator(question.seed, "folds").permutation(len(stands_for))
    dealt = pd.Series(stands_for[order]).groupby(stands_for[order]).cumcount().to_numpy()
    fold_of_group = np.empty(len(order), dtype=np.int64)
    fold_of_group[order] = (dealt + stands_for[order]) % FOLDS
    fold = fold_of_group[question.groups]
    for number in range(FOLDS):
        yield np.flatnonzero(fold != number), np.flatnonzero(fold == number)


def _representatives(question: Question) -> NDArray[np.intp]:
    """Return one image of each group, in the groups' order: the first of the group's rarest diagnosis."""
    rarity = np.bincount(question.truth)[question.truth]
    order = np.lexsort((np.arange(len(rarity)), rarity, question.groups))
    return order[np.unique(question.groups[order], return_index=True)[1]]


def _confusion(question: Question, guessed: Ints) -> Floats:
    """Return float64 [K, K]: images by true and guessed diagnosis."""
    return np.bincount(*_cells(question, guessed)).reshape(2 * [len(question.classes)]).astype(np.float64)


def _cells(question: Question, guessed: Ints) -> tuple[Ints, None, int]:
    """Number each image's cell of the confusion matrix, as `numpy.bincount` takes it."""
    count = len(question.classes)
    return question.truth * count + guessed, None, count * count


def _resample(question: Question, guessed: Ints) -> Floats:
    """Return the confusion matrices of resampled groups: float64 [B, K, K]."""
    cells, _, size = _cells(question, guessed)
    groups = int(question.groups.max()) + 1
    of_group = coo_array((np.ones(len(cells)), (question.groups, cells)), shape=(groups, size)).tocsr()
    random = generator(question.seed, "resample groups")
    drawn = (np.bincount(random.integers(groups, size=groups), minlength=groups) for _ in range(RESAMPLES))
    return np.stack([times @ of_group for times in drawn]).reshape(RESAMPLES, *2 * [len(question.classes)])


def _balanced_accuracy(confusion: Floats) -> Floats:
    """Return [...] from [..., K, K]; a diagnosis that was not drawn does not count."""
    right = np.diagonal(confusion, axis1=-2, axis2=-1)
    own = confusion.sum(axis=-1)
    return np.asarray((right / np.maximum(own, 1)).sum(axis=-1) / (own > 0).sum(axis=-1))


def _youden(confusion: Floats) -> Floats:
    """Return [..., K] from [..., K, K]."""
    right = np.diagonal(confusion, axis1=-2, axis2=-1)
    own, named = confusion.sum(axis=-1), confusion.sum(axis=-2)
    others = confusion.sum(axis=(-2, -1))[..., None] - own
    return np.asarray(right / np.maximum(own, 1) - (named - right) / np.maximum(others, 1))


def _permutation_p(question: Question, guessed: Ints) -> float:
    chosen = _representatives(question)
    alone = replace(question, truth=question.truth[chosen], groups=question.groups[chosen])
    observed = _balanced_accuracy(_confusion(alone, guessed[chosen]))
    random = generator(question.seed, "permute diagnoses")
    reached = sum(
        _balanced_accuracy(_confusion(replace(alone, truth=random.permutation(alone.truth)), guessed[chosen]))
        >= observed
        for _ in range(PERMUTATIONS)
    )
    return float((1 + reached) / (1 + PERMUTATIONS))
