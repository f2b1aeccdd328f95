"""The numbering: its first 1, 2, 4 and 8 forms are closed, all differ, and pixels and graph agree."""

import numpy as np
import pytest

from melanoma.data.symmetries import SYMMETRIES, turn

PICTURE = np.arange(2 * 4 * 4 * 3).reshape(2, 4, 4, 3)


def test_the_first_four_are_the_flips_and_the_first_two_the_mirror():
    assert (turn(PICTURE, 0) == PICTURE).all()
    assert (turn(PICTURE, 1) == np.flip(PICTURE, axis=2)).all()
    assert (turn(PICTURE, 2) == np.flip(PICTURE, axis=1)).all()
    assert (turn(PICTURE, 3) == np.rot90(PICTURE, 2, axes=(1, 2))).all()


def test_all_eight_are_the_flips_and_the_quarter_turns():
    turns = [np.rot90(form, k, axes=(1, 2)) for form in (PICTURE, PICTURE[:, :, ::-1]) for k in range(4)]
    ours = {turn(PICTURE, v).tobytes() for v in range(SYMMETRIES)}
    assert ours == {np.ascontiguousarray(form).tobytes() for form in turns}
    assert len(ours) == 8


@pytest.mark.parametrize("count", [1, 2, 4, 8])
def test_a_form_of_a_form_is_one_of_as_many(count):
    forms = {turn(PICTURE, v).tobytes() for v in range(count)}
    assert {turn(turn(PICTURE, v), w).tobytes() for v in range(count) for w in range(count)} == forms
