"""Several devices train one network: each takes its share of every batch, by Keras' data parallelism."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
from keras.distribution import DataParallel, TensorLayout

from melanoma.errors import ConfigError
from melanoma.training.batches import Batch, Batches
from melanoma.training.feed import feed


class _EvenShares(DataParallel):  # type: ignore[misc]  # keras has no types
    """Gives each device the same number of images of a batch; a batch that leaves a remainder goes to each whole.

    Then each computes what one device alone would. To fill such a batch up would change what dropout draws and batch
    normalisation measures.
    """

    def get_data_layout(self, data_shape: tuple[int, ...]) -> TensorLayout:
        """Say how an array of a batch, [n, ...], lies on the devices."""
        if data_shape[0] % self.num_model_replicas:
            return TensorLayout([None] * len(data_shape), self.device_mesh)
        return super().get_data_layout(data_shape)


class _AllButLast(keras.utils.PyDataset):  # type: ignore[misc]  # keras has no types
    """The batches before the last."""

    def __init__(self, batches: Batches) -> None:
        super().__init__()
        self._batches = batches

    def __len__(self) -> int:
        return len(self._batches) - 1

    def __getitem__(self, index: int) -> Batch:
        return self._batches[index]


@contextmanager
def share_batches(devices: int) -> Iterator[None]:
    """Let devices share each batch of a network that is built, compiled and trained inside; each holds all weights.

    Args:
        devices: Their number; with 1 nothing is changed.

    Raises:
        ConfigError: As `require_devices`.
    """
    require_devices(devices)
    if devices == 1:
        yield
        return
    with _EvenShares(devices=keras.distribution.list_devices()[:devices]).scope():
        yield


def require_devices(devices: int) -> None:
    """Refuse more devices than there are.

    Under TensorFlow Keras has no data parallelism of its own, and TensorFlow's does not go together with it.

    Args:
        devices: How many are to share a batch.

    Raises:
        ConfigError: If more than one is asked for and Keras does not run on JAX, or there are fewer.
    """
    if devices == 1:
        return
    backend = keras.backend.backend()
    if backend != "jax":
        raise ConfigError(
            f"train.devices: {devices} devices share batches under JAX only, received KERAS_BACKEND={backend}; "
            "set KERAS_BACKEND=jax, or train.devices to 1"
        )
    present = keras.distribution.list_devices()
    if devices > len(present):
        raise ConfigError(
            f"train.devices: {devices} asked for, JAX sees {len(present)} ({', '.join(present)}); lower it"
        )


def pass_over(
    trainer: keras.Model, batches: Batches, many: Callable[[Any], Any], one: Callable[..., Any]
) -> dict[str, float]:
    """Pass over all batches once, in order.

    Keras lays all batches of a call out over the devices as the first. A last one that does not divide evenly is
    therefore a step by itself, before which Keras begins its metrics anew: they are sums over images, and added.

    Args:
        trainer: The compiled network.
        batches: One batch or more.
        many: Its ``fit`` or ``evaluate``, of what `feed` returns.
        one: The same for one batch.

    Returns:
        The metrics over all batches, by name.
    """
    shares = keras.distribution.distribution()
    if shares is None or batches.images_in_last % shares.num_model_replicas == 0:
        many(feed(batches))
    else:
        before = []
        if len(batches) > 1:
            many(feed(_AllButLast(batches)))
            before = [np.array(keras.ops.convert_to_numpy(variable)) for variable in trainer.metrics_variables]
        one(*batches[len(batches) - 1])
        for variable, value in zip(trainer.metrics_variables, before, strict=False):
            variable.assign_add(value)
    figures = trainer.get_metrics_result()
    return {name: float(figures[name]) for name in sorted(figures)}
