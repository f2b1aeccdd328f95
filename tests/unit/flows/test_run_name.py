"""Names of flow runs say what the run works on, and no choice that it makes nothing of."""

from types import SimpleNamespace

import pytest

from flows import run_name
from flows.first_stages import balance_images, ingest_images, split_images, train_model, validate_images
from flows.pipeline import pipeline

CONFIG = {"train": {"network": "cnn"}, "split": {"protocol": "after_augmentation"}}


def named(flow, monkeypatch, data="/images/skin", **parameters):
    monkeypatch.setattr(run_name, "flow_run", SimpleNamespace(parameters={"data": data, **parameters}))
    return flow.flow_run_name()


@pytest.mark.parametrize(
    ("flows", "name"),
    [
        ([ingest_images, validate_images], "skin"),
        ([split_images, balance_images], "skin · after_augmentation"),
        ([train_model, pipeline], "skin · cnn · after_augmentation"),
    ],
)
def test_a_network_is_named_where_one_is_trained_and_a_protocol_where_the_set_is_split(flows, name, monkeypatch):
    assert {named(flow, monkeypatch, config=CONFIG) for flow in flows} == {name}


def test_several_sources_are_all_named(monkeypatch):
    assert named(ingest_images, monkeypatch, data=["/images/skin", "/more/new.zip"]) == "skin + new.zip"


def test_without_a_configuration_it_is_the_default_one(monkeypatch):
    assert named(split_images, monkeypatch) == "skin · grouped"
