"""The optimizer against its formulas, written once more in numpy."""

import numpy as np
import pytest

pytestmark = pytest.mark.xdist_group("tensorflow")
GRADIENTS = [[np.full((2, 2), 0.5), np.array([1.0, -1.0])], [np.full((2, 2), -0.25), np.array([3.0, 0.0])]] * 3


def variables():
    import keras

    kernel = keras.Variable(np.array([[1.0, 2.0], [3.0, 4.0]]), dtype="float32", name="kernel")
    return [kernel, keras.Variable(np.array([1.0, -2.0]), dtype="float32", name="bias")]


def moved(movement, gradients=GRADIENTS):
    """Return the variables after some steps, and the optimizer."""
    import keras

    from melanoma.training.optimizer import Optimizer

    own, optimizer = variables(), Optimizer(movement)
    optimizer.build(own)
    for step in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(g, dtype="float32") for g in step], own)
    return own, optimizer


def by_hand(rates=(0.1, 0.1), decay=0.0):
    """Adam with beta 0.9 and 0.999 and epsilon 1e-7, decoupled decay of matrices; the value after each step."""
    values = [np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, -2.0])]
    first, second, path = [0, 0], [0, 0], []
    for step, gradients in enumerate(GRADIENTS, 1):
        for i, gradient in enumerate(gradients):
            first[i] = 0.9 * first[i] + 0.1 * gradient
            second[i] = 0.999 * second[i] + 0.001 * gradient**2
            scale = np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
            shrunk = values[i] * (1 - decay * rates[i]) if values[i].ndim > 1 else values[i]
            values[i] = shrunk - rates[i] * scale * first[i] / (np.sqrt(second[i]) + 1e-7)
        path.append([value.copy() for value in values])
    return path


def movement(**settings):
    from melanoma.training.optimizer import Movement
    from melanoma.training.schedule import Schedule

    return Movement(Schedule(0.1), **settings)


def arrays(found):
    import keras

    return [keras.ops.convert_to_numpy(one) for one in found]


def same(found, expected):
    return all(one == pytest.approx(other, rel=1e-4) for one, other in zip(arrays(found), expected, strict=True))


def test_without_more_it_is_adam():
    assert same(moved(movement())[0], by_hand()[-1])


def test_each_variable_moves_and_decays_at_its_own_rate_and_a_bias_does_not_decay():
    path = variables()[0].path
    assert same(moved(movement(decay=0.3, shares={path: 0.1}))[0], by_hand((0.01, 0.1), 0.3)[-1])


def test_the_average_follows_the_weights_with_a_momentum_that_rises():
    own, optimizer = moved(movement(ema=0.3))
    averages = [np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, -2.0])]
    for step, values in enumerate(by_hand(), 1):
        momentum = min(0.3, (1 + step) / (10 + step))  # 2/11, 3/12, then 0.3
        averages = [momentum * a + (1 - momentum) * v for a, v in zip(averages, values, strict=True)]
    assert same([optimizer.average_of(variable) for variable in own], averages)
    assert same(own, by_hand()[-1])  # the weights themselves move on as without an average


def test_what_is_not_averaged_is_its_own_average():
    own, optimizer = moved(movement())
    assert optimizer.average_of(own[0]) is own[0]
    (stranger, _), (_, averaging) = (variables(), moved(movement(ema=0.5)))
    assert averaging.average_of(stranger) is stranger
