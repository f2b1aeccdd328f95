import numpy as np
import pytest

from melanoma.data.synthetic.look import AMBIGUOUS_SHARE, draw_look
from melanoma.data.synthetic.traits import DIAGNOSES, TRAIT_NAMES
from melanoma.data.taxonomy import READINGS, diagnosis_of


def test_the_shares_sum_to_one():
    assert sum(diagnosis.share for diagnosis in DIAGNOSES.values()) == pytest.approx(1)


def test_the_nine_names_are_the_taxonomys_own():
    assert len(DIAGNOSES) == 9
    assert all(diagnosis_of(name) == name and name in READINGS for name in DIAGNOSES)


def test_every_diagnosis_is_mistaken_for_other_ones_only():
    for name, diagnosis in DIAGNOSES.items():
        assert set(diagnosis.mimics) <= set(DIAGNOSES) - {name}
        assert diagnosis.mimics


def test_every_trait_is_shown_by_some_diagnosis():
    for trait in TRAIT_NAMES:
        assert any(getattr(diagnosis.traits, trait).presence > 0 for diagnosis in DIAGNOSES.values()), trait


@pytest.mark.parametrize("name", DIAGNOSES)
def test_presence_is_a_probability_and_the_range_is_ordered(name):
    for trait in TRAIT_NAMES:
        span = getattr(DIAGNOSES[name].traits, trait)
        assert 0 <= span.presence <= 1
        assert 0 <= span.low <= span.high


@pytest.mark.parametrize("name", DIAGNOSES)
def test_each_drawn_trait_is_the_diagnosis_own_or_its_mimics(name):
    sources = [DIAGNOSES[key].traits for key in (name, *DIAGNOSES[name].mimics)]
    for seed in range(30):
        look = draw_look(name, np.random.default_rng(seed))
        for trait in TRAIT_NAMES:
            value, spans = getattr(look, trait), [getattr(source, trait) for source in sources]
            absent = value == 0 and any(span.presence < 1 for span in spans)
            assert absent or any(span.low <= value <= span.high for span in spans), trait


def test_some_lesions_are_ambiguous_and_most_are_not():
    own = DIAGNOSES["nevus"].traits.irregularity
    strays = [
        not own.low <= draw_look("nevus", np.random.default_rng(seed)).irregularity <= own.high for seed in range(400)
    ]
    assert 0 < np.mean(strays) < AMBIGUOUS_SHARE
