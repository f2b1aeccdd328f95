"""Find pictures with similar perceptual hashes, in any of the symmetric forms, without comparing all with all."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from melanoma.data.measures.perceptual_hash import Floats, Hashes, symmetric_signs
from melanoma.seeding import generator

EXHAUSTIVE = 20_000
_CENTRES, _FILTERS_PER_HASH = 1024, 12
_LARGEST_CELL = 16_384
_TILE = 2048
_FORMS = 4

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Candidates:
    """Pairs of similar hashes, each once, sorted.

    Attributes:
        first: Position of one picture, [pairs].
        second: Position of the other, [pairs], always larger.
        form: Which form of the second resembles the first, [pairs]; see `symmetric_signs`.
        similarity: Cosine of the angle between the hashes, [pairs].
    """

    first: Indices
    second: Indices
    form: Indices
    similarity: Floats

    def take(self, chosen: NDArray[np.bool_] | Indices) -> "Candidates":
        """Return some of the pairs."""
        return Candidates(self.first[chosen], self.second[chosen], self.form[chosen], self.similarity[chosen])


def find_candidates(hashes: Hashes, least_similarity: float, most_per_picture: int) -> Candidates:
    """Find pairs of pictures whose hashes are similar.

    Up to 20,000 different hashes all are compared with all. Beyond, only those that pass a common filter are: each of
    1,024 hashes of the set is the centre of a filter, which lets through what is within an angle of it in one of the
    four forms, on average twelve filters per hash (spherical locality-sensitive filters: Becker, Ducas, Gama and
    Laarhoven, New directions in nearest neighbor searching, SODA 2016). Equal hashes are compared once, so that a
    thousand copies of a picture cost no more than one.

    Args:
        hashes: int8, [n, terms]; all zero resembles nothing.
        least_similarity: Of a pair, in (0, 1].
        most_per_picture: Of a picture with more similar ones, the most similar are kept.

    Returns:
        The pairs. They do not depend on the order of the hashes.
    """
    unique, first_of, inverse = np.unique(hashes, axis=0, return_index=True, return_inverse=True)
    vectors = unique.astype(np.float32)
    lengths = np.linalg.norm(vectors, axis=1)
    alive = np.flatnonzero(lengths > 0)
    unit = vectors[alive] / lengths[alive, None]
    search = _compare_all if len(alive) <= EXHAUSTIVE else _compare_filtered
    found = _closest(_merge(list(search(unit, least_similarity))), most_per_picture)
    different = Candidates(first_of[alive[found.first]], first_of[alive[found.second]], found.form, found.similarity)
    return _in_order(_merge([different, _equal(inverse.reshape(-1), first_of, lengths)]))


def _compare_all(unit: Floats, least: float) -> Iterator[Candidates]:
    signs = symmetric_signs()
    for start in range(0, len(unit), _TILE):
        for column in range(start, len(unit), _TILE):
            others = unit[column : column + _TILE]
            for form in range(_FORMS):
                close = (unit[start : start + _TILE] * signs[form]) @ others.T
                row, col = np.nonzero(close >= least)
                yield _upper(row + start, col + column, np.full(len(row), form), close[row, col])


def _compare_filtered(unit: Floats, least: float) -> Iterator[Candidates]:
    """Compare within each filter; numpy leaves the interpreter while it computes, so that threads use all cores."""
    member, cell, form = _filters(unit)
    order = np.lexsort((member, cell))
    member, form = member[order], form[order]
    bounds = np.searchsorted(cell[order], np.arange(_CENTRES + 1))
    cells = [slice(start, min(stop, start + _LARGEST_CELL)) for start, stop in pairwise(bounds)]
    with threadpool_limits(1, "blas"), ThreadPoolExecutor() as pool:
        yield from pool.map(lambda some: _compare_cell(unit, member[some], form[some], least), cells)


def _compare_cell(unit: Floats, members: Indices, forms: Indices, least: float) -> Candidates:
    turned = unit[members] * symmetric_signs()[forms]
    parts = []
    for top in range(0, len(members), _TILE):
        close = turned[top : top + _TILE] @ turned[top:].T
        row, column = np.divmod(np.flatnonzero(close >= least), close.shape[1])
        above = column > row
        row, column = row[above], column[above]
        relative = forms[row + top] ^ forms[column + top]
        parts.append(_upper(members[row + top], members[column + top], relative, close[row, column]))
    return _merge(parts)


def _filters(unit: Floats) -> tuple[Indices, Indices, Indices]:
    """Return which hash passes which filter in which form: three arrays of one length."""
    random = generator(0, "hash filters")
    centres = unit[random.choice(len(unit), _CENTRES, replace=False)]
    forms = np.concatenate([centres * sign for sign in symmetric_signs()]).T.copy()
    sample = unit[random.choice(len(unit), _TILE, replace=False)] @ forms
    angle = np.quantile(sample, 1 - _FILTERS_PER_HASH / forms.shape[1])
    starts = range(0, len(unit), _TILE)
    with threadpool_limits(1, "blas"), ThreadPoolExecutor() as pool:
        parts = list(pool.map(lambda start: _passes(unit[start : start + _TILE] @ forms, angle, start), starts))
    member, column = (np.concatenate(ends) for ends in zip(*parts, strict=True))
    return member, column % _CENTRES, column // _CENTRES


def _passes(close: Floats, angle: float, start: int) -> tuple[Indices, Indices]:
    """Return the filters of some hashes: those near enough, or the nearest if none is."""
    row, column = np.divmod(np.flatnonzero(close >= angle), close.shape[1])
    alone = np.setdiff1d(np.arange(len(close)), row)
    return np.append(row, alone) + start, np.append(column, close[alone].argmax(axis=1))


def _upper(first: Indices, second: Indices, form: Indices, similarity: Floats) -> Candidates:
    found = Candidates(np.minimum(first, second), np.maximum(first, second), form, similarity)
    return found.take(first != second)


def _merge(parts: list[Candidates]) -> Candidates:
    """Join lists of pairs, keeping of each pair its most similar form."""
    empty = np.zeros(0, np.int64)
    parts = [Candidates(empty, empty, empty, empty.astype(np.float32)), *parts]
    first, second, form = (np.concatenate([getattr(p, name) for p in parts]) for name in ("first", "second", "form"))
    similarity = np.concatenate([part.similarity for part in parts])
    order = np.lexsort((form, -similarity, second, first))
    pairs = Candidates(first, second, form, similarity).take(order)
    is_new = np.ones(len(order), dtype=np.bool_)
    is_new[1:] = (np.diff(pairs.first) != 0) | (np.diff(pairs.second) != 0)
    return pairs.take(is_new)


def _closest(pairs: Candidates, most: int) -> Candidates:
    """Keep a pair if it is among the most similar ones of either picture."""
    ends = np.concatenate([pairs.first, pairs.second])
    order = np.lexsort((np.tile(-pairs.similarity, 2), ends))
    sorted_ends = ends[order]
    rank = np.empty(len(ends), np.int64)
    rank[order] = np.arange(len(ends)) - np.searchsorted(sorted_ends, sorted_ends)
    near_first, near_second = (rank < most).reshape(2, -1)
    return pairs.take(near_first | near_second)


def _equal(group: Indices, first_of: Indices, lengths: Floats) -> Candidates:
    """Pair each picture with the first that has the same hash."""
    rows = np.arange(len(group))
    again = (first_of[group] != rows) & (lengths[group] > 0)
    count = int(again.sum())
    return Candidates(first_of[group[again]], rows[again], np.zeros(count, np.int64), np.ones(count, np.float32))


def _in_order(pairs: Candidates) -> Candidates:
    low, high = np.minimum(pairs.first, pairs.second), np.maximum(pairs.first, pairs.second)
    order = np.lexsort((high, low))
    return Candidates(low[order], high[order], pairs.form[order], pairs.similarity[order])
