import numpy as np
import pytest

from melanoma.augmentation.surface import evaluate_once

X, Y = np.meshgrid(np.linspace(0, 1, 5), np.linspace(0, 1, 4))


def plane(slope):
    return lambda x, y: slope * x + y


@pytest.mark.parametrize("slope", [1.0, 2.0])
@pytest.mark.parametrize("x", [X, X / 2], ids=["whole", "half"])
def test_values_are_those_of_the_function_for_what_it_closes_over_and_for_its_arguments(slope, x):
    assert np.array_equal(evaluate_once(plane(slope))(x, Y), slope * x + Y)


def test_an_equal_function_is_evaluated_once():
    first = evaluate_once(plane(3.0))(X, Y)
    assert evaluate_once(plane(3.0))(X, Y) is first
    assert evaluate_once(plane(4.0))(X, Y) is not first
