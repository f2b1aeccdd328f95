from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from melanoma.validation.circumstances import Circumstances
from melanoma.validation.guessing import Guesses, Question, guess, judge

CLASSES = ("melanoma", "nevus", "vascular lesion")


def question(count=150, informative=True, seed=1):
    """Three diagnoses; one number that tells them apart or not, one that never does; two images per group."""
    random = np.random.default_rng(seed)
    truth = np.repeat(np.arange(3), count // 3).astype(np.int64)
    telling = truth + random.normal(0, 0.1, count) if informative else random.normal(size=count)
    known = Circumstances(
        np.stack([telling, random.normal(size=count)], axis=1),
        np.zeros(2, dtype=bool),
        {"image size": np.array([0]), "ruler marks": np.array([1])},
    )
    return Question(known, CLASSES, truth, np.arange(count, dtype=np.int64) // 2, seed)


def given(asked, guessed):
    return judge(asked, Guesses(np.asarray(guessed, dtype=np.int64), {}))


def test_what_tells_diagnoses_apart_is_used_and_named():
    asked = question()
    judgement = judge(asked, guess(asked))
    assert judgement.balanced_accuracy > 0.95
    assert judgement.p_value == 1 / 1000  # 999 permutations, none as good
    assert next(iter(judgement.lost)) == "image size"
    assert judgement.lost["image size"] > 0.4 > 0.05 > judgement.lost["ruler marks"]


def test_what_does_not_tell_them_apart_gives_chance():
    asked = question(informative=False)
    judgement = judge(asked, guess(asked))
    assert judgement.interval[0] < 1 / 3 < judgement.interval[1]
    assert judgement.p_value > 0.01


def test_no_image_is_guessed_by_a_model_that_learnt_from_its_group():
    # A number of its own for each group, and groups alike in nothing: only a model that saw the group could know.
    random = np.random.default_rng(2)
    groups = np.repeat(np.arange(60), 5)
    truth = random.permutation(np.arange(60) % 3)[groups]
    own = random.permutation(60).astype(float)[groups][:, None]
    known = Circumstances(own, np.zeros(1, dtype=bool), {"image size": np.array([0])})
    asked = Question(known, CLASSES, truth.astype(np.int64), groups.astype(np.int64), 3)
    assert balanced_accuracy_score(truth, guess(asked).guessed) < 0.55


def test_balanced_accuracy_is_that_of_scikit_learn():
    asked = question()
    guessed = np.random.default_rng(5).integers(0, 3, len(asked.truth))
    assert given(asked, guessed).balanced_accuracy == pytest.approx(balanced_accuracy_score(asked.truth, guessed))


def test_youden_is_own_less_others():
    # 50 of each; 40 melanomas and 10 nevi are named melanoma, the rest nevus: 40/50 - 10/100; 40/50 - 60/100; 0 - 0
    guessed = [0] * 40 + [1] * 10 + [0] * 10 + [1] * 40 + [1] * 50
    assert given(question(), guessed).youden == pytest.approx([0.7, 0.2, 0.0])


def test_guessing_the_same_for_all_is_chance_and_its_p_value_is_1():
    judgement = given(question(), [1] * 150)
    assert judgement.balanced_accuracy == pytest.approx(1 / 3)
    assert judgement.p_value == 1


def test_images_of_one_group_widen_the_interval():
    asked = question()
    guessed = np.where(np.arange(150) // 2 % 3 == 0, (asked.truth + 1) % 3, asked.truth)
    alone = replace(asked, groups=np.arange(150, dtype=np.int64))
    together, apart = (given(one, guessed).interval for one in (asked, alone))
    assert together[1] - together[0] > 1.2 * (apart[1] - apart[0])


def test_the_same_seed_gives_the_same_and_another_other_folds():
    asked = question(informative=False)
    first, again = judge(asked, guess(asked)), judge(asked, guess(asked))
    assert (first.interval, first.lost) == (again.interval, again.lost)
    other = replace(asked, seed=2)
    assert judge(other, guess(other)).interval != first.interval
