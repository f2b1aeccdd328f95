"""How the weights move: Adam with a rate for each variable, decoupled decay, and weights averaged over steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
from keras import ops

from melanoma.training.schedule import Schedule

Tensor = Any
Variable = Any


@dataclass(frozen=True)
class Movement:
    """How the weights of one phase of training move.

    Attributes:
        rate: The step size by step.
        decay: Share by which a weight shrinks in a step of rate 1.
        ema: Momentum of the moving average of the weights; 0: there is none.
        shares: For variables that move at a share of the rate: their paths, and that share.
    """

    rate: Schedule
    decay: float = 0.0
    ema: float = 0.0
    shares: Mapping[str, float] = field(default_factory=dict)


class Optimizer(keras.optimizers.Adam):  # type: ignore[misc]  # keras has no types
    """Adam (Kingma and Ba 2015), with what Keras' own leaves out or ties to one rate.

    Each variable has a rate of its own, so that a pretrained network moves less than a new head. Its decay is that of
    AdamW (Loshchilov and Hutter 2019), at the variable's own rate; biases and the scales of normalisation do not decay
    (He et al. 2019, Bag of Tricks, section 3.1). The average's momentum rises to the one that is asked for, as
    (1 + t) / (10 + t) at step t, so that the first weights do not stand in it for long.
    """

    def __init__(self, movement: Movement) -> None:
        super().__init__(movement.rate)
        self._movement = movement

    def build(self, variables: Sequence[Variable]) -> None:
        """Make the moments of the variables and, if there is to be one, their average."""
        if self.built:
            return
        super().build(variables)
        self._shares = [self._movement.shares.get(variable.path, 1.0) for variable in variables]
        self._decays = [len(variable.shape) > 1 for variable in variables]
        self._averages = []
        for variable in variables if self._movement.ema else ():
            average = self.add_variable_from_reference(variable, "average")
            average.assign(ops.copy(variable))  # a buffer of its own: JAX gives each away once
            self._averages.append(average)

    def update_step(self, gradient: Tensor, variable: Variable, learning_rate: Tensor) -> None:
        """Move one variable."""
        index = self._get_variable_index(variable)
        rate = learning_rate * self._shares[index]
        if self._movement.decay and self._decays[index]:
            self.assign_sub(variable, variable * self._movement.decay * rate)
        if keras.backend.backend() == "tensorflow":
            self._move_at_once(index, gradient, variable, rate)
        else:
            super().update_step(gradient, variable, rate)

    def _move_at_once(self, index: int, gradient: Tensor, variable: Variable, rate: Tensor) -> None:
        """Move one variable by Adam in one operation of TensorFlow; each of Keras' dozen passes over the memory."""
        import tensorflow as tf

        steps = ops.cast(self.iterations + 1, variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=ops.power(ops.cast(self.beta_1, variable.dtype), steps),
            beta2_power=ops.power(ops.cast(self.beta_2, variable.dtype), steps),
            lr=ops.cast(rate, variable.dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=ops.cast(gradient, variable.dtype),
        )

    def apply(self, grads: Sequence[Tensor], trainable_variables: Sequence[Variable] | None = None) -> None:
        """Move all variables, then the average of each."""
        super().apply(grads, trainable_variables)
        if not self._movement.ema:
            return
        steps = ops.cast(self.iterations, "float32")
        momentum = ops.minimum(self._movement.ema, (1 + steps) / (10 + steps))
        for variable, average in zip(self._trainable_variables, self._averages, strict=True):
            self.assign(average, momentum * average + (1 - momentum) * variable)

    def average_of(self, variable: Variable) -> Variable:
        """Return the average of a variable; itself, if it is not averaged or does not move."""
        known = self._var_key(variable) in self._trainable_variables_indices and self._averages
        return self._averages[self._get_variable_index(variable)] if known else variable
