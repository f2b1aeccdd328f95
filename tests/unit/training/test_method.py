import pytest

from melanoma.config.train import TrainConfig
from melanoma.errors import ConfigError
from melanoma.training import method


def test_auto_becomes_the_method_that_is_meant_and_all_else_stays(monkeypatch):
    monkeypatch.setattr(method, "resolve_method", lambda config: "head")
    settled = method.settle_method(TrainConfig(views=4, head={"kind": "mlp"}))
    assert settled == TrainConfig(method="head", views=4, head={"kind": "mlp"})


def test_a_network_that_does_not_exist_is_refused():
    with pytest.raises(ConfigError, match=r"train\.network: no network 'resnet'"):
        method.settle_method(TrainConfig(network="resnet"))
