"""Where batches cannot be shared, several devices are refused; what they come to is in tests/integration."""

import pytest

from melanoma.errors import ConfigError

pytestmark = pytest.mark.xdist_group("tensorflow")


def test_under_tensorflow_several_devices_are_refused_in_one_line(monkeypatch):
    from melanoma.training.devices import share_batches

    monkeypatch.setattr("keras.backend.backend", lambda: "tensorflow")
    message = (
        "train.devices: 2 devices share batches under JAX only, received KERAS_BACKEND=tensorflow; "
        "set KERAS_BACKEND=jax, or train.devices to 1"
    )
    with pytest.raises(ConfigError) as refusal, share_batches(2):
        pass
    assert str(refusal.value) == message


def test_one_device_changes_nothing():
    import keras

    from melanoma.training.devices import share_batches

    with share_batches(1):
        assert keras.distribution.distribution() is None
