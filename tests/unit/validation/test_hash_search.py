import numpy as np
import pytest

from melanoma.data.measures.perceptual_hash import symmetric_signs
from melanoma.validation import hash_search
from melanoma.validation.hash_search import find_candidates

TERMS = symmetric_signs().shape[1]


def hashes_of(vectors):
    return np.rint(254 * vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).clip(-127, 127).astype(np.int8)


@pytest.fixture
def vectors():
    return np.random.default_rng(1).normal(size=(600, TERMS))


def pairs_of(found):
    return set(zip(found.first.tolist(), found.second.tolist(), strict=True))


@pytest.mark.parametrize("form", range(4))
def test_a_pair_is_found_in_each_form(form, vectors):
    vectors[500] = vectors[3] * symmetric_signs()[form]
    found = find_candidates(hashes_of(vectors), 0.9, 8)
    assert (pairs_of(found), found.form.tolist()) == ({(3, 500)}, [form])
    assert found.similarity == pytest.approx([1], abs=1e-3)


def test_a_similarity_is_the_cosine_of_the_hashes(vectors):
    vectors[500] = vectors[3] + 0.5 * vectors[4]
    hashes = hashes_of(vectors)
    a, b = hashes[3].astype(float), hashes[500].astype(float)
    found = find_candidates(hashes, 0.7, 8)
    assert found.similarity == pytest.approx([a @ b / np.linalg.norm(a) / np.linalg.norm(b)], abs=1e-6)


def test_zero_hashes_resemble_nothing():
    assert pairs_of(find_candidates(np.zeros((500, TERMS), np.int8), 0.5, 8)) == set()


def test_a_thousand_equal_hashes_give_as_many_pairs_less_one(vectors):
    equal = hashes_of(np.tile(vectors[:1], (1000, 1)))
    assert pairs_of(find_candidates(equal, 0.5, 8)) == {(0, n) for n in range(1, 1000)}


def test_a_crowd_of_similar_hashes_gives_a_bounded_number_of_pairs(vectors):
    crowd = hashes_of(vectors[0] + 0.05 * vectors)
    assert len(find_candidates(crowd, 0.5, 8).first) <= 8 * len(crowd)


def test_no_hashes_give_no_pairs():
    assert pairs_of(find_candidates(np.zeros((0, TERMS), np.int8), 0.5, 8)) == set()


def test_filters_find_what_comparing_all_finds(monkeypatch, vectors):
    similar = np.concatenate([vectors, 0.95 * vectors + 0.3 * np.random.default_rng(2).normal(size=vectors.shape)])
    random = np.random.default_rng(3).normal(size=(3000, TERMS))
    hashes = hashes_of(np.concatenate([similar, random]))
    every = find_candidates(hashes, 0.8, 8)
    monkeypatch.setattr(hash_search, "EXHAUSTIVE", 0)
    filtered = find_candidates(hashes, 0.8, 8)
    assert len(every.first) == len(vectors)
    assert pairs_of(filtered) <= pairs_of(every)
    # similarity is about 0.95, at which a filter is shared with a probability of 0.99
    assert len(filtered.first) >= 0.97 * len(every.first)
    assert filtered.form.tolist() == [0] * len(filtered.first)
