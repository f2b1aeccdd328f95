"""When to stop, and which epoch to keep: Keras' ``EarlyStopping``, but one that can be written down and resumed."""

import math
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Watch:
    """What is known after some epochs.

    Attributes:
        best_loss: The lowest validation loss so far.
        best_epoch: The epoch that had it, counted from 1; 0 before the first.
        waited: Epochs in a row without a better one, those not counted in which training may not stop.
    """

    best_loss: float = math.inf
    best_epoch: int = 0
    waited: int = 0

    def after(self, epoch: int, loss: float, may_stop: bool = True) -> "Watch":
        """Return what is known after one more epoch.

        Args:
            epoch: Counted from 1.
            loss: Its validation loss.
            may_stop: Whether waiting counts; not while most of the network is still frozen.
        """
        if loss < self.best_loss:
            return Watch(loss, epoch, 0)
        return replace(self, waited=self.waited + may_stop)
