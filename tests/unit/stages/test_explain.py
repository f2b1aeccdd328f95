"""Each chosen test image has a map of what was predicted, and of what is true where that differs."""

import io

import pytest
from PIL import Image

from melanoma.config.pipeline import PipelineConfig
from melanoma.stages import opened_model
from melanoma.stages.table import EXPLAIN
from tests.unit.stages.coloured_set import SECTIONS, colour_network, draw_set, prepare

pytestmark = pytest.mark.xdist_group("tensorflow")


@pytest.fixture
def explain(workshop, audited, tmp_path):
    """Return a function that carries out the stage for a network and some settings."""
    root = draw_set(tmp_path / "set")
    # Two that the network cannot know.
    for source, target, place in (("melanoma", "nevus", 0), ("nevus", "melanoma", -1)):
        path = sorted((root / "Test" / source).iterdir())[place]
        path.rename(root / "Test" / target / path.name)

    def run(network=None, **settings):
        made = prepare(workshop, audited, root, network)
        workshop.config = PipelineConfig.model_validate({**SECTIONS, "explain": settings})
        return workshop.carry_out(EXPLAIN, *made).artifact

    return run


def test_right_wrong_and_missed_cases_have_a_picture_and_their_maps(explain):
    artifact = explain(images_per_kind=2, picture_px=64)
    record = artifact.read_json("explanations.json")
    kinds = [case["kind"] for case in record["cases"]]
    assert kinds == ["right", "right", "wrong", "missed melanoma"]
    for case in record["cases"]:
        expected = list(dict.fromkeys([case["predicted"], case["truth"]]))
        assert [one["diagnosis"] for one in case["maps"]] == expected
        for name in (case["picture"], *(one["picture"] for one in case["maps"])):
            assert Image.open(io.BytesIO(artifact.path(name).read_bytes())).size == (64, 64)
    assert (record["reason"], record["members"], record["views"], record["map_px"]) == (None, 1, 1, [32, 32])
    assert record["counts_middle_more"] is False


def test_maps_are_compared_with_those_of_random_weights(explain):
    record = explain().read_json("explanations.json")
    assert [check["randomised"] for check in record["sanity"]] == ["head", "backbone"]
    for check in record["sanity"]:
        low, high = check["correlation"]["ci95"]
        assert -1 <= low <= check["correlation"]["value"] <= high <= 1
        assert check["correlation"]["n"] <= len(record["cases"])


def test_it_is_the_same_each_time(explain):
    first, again = (explain(images_per_kind=most) for most in (11, 12))
    assert first.key != again.key
    assert first.digest == again.digest


def test_a_network_without_maps_gets_a_reason_in_the_place_of_pictures(explain):
    artifact = explain(colour_network(convolution=False))
    record = artifact.read_json("explanations.json")
    assert record["reason"].startswith("The network pixels has no convolution")
    assert (record["cases"], record["sanity"]) == ([], [])
    assert artifact.summary["reason"] == record["reason"]
    assert not list(artifact.folder.glob("*.jpg"))


def test_the_model_that_evaluation_has_opened_is_not_opened_again(explain, monkeypatch):
    explain(images_per_kind=1)
    monkeypatch.setattr("melanoma.stages.opened_model.load_model", None)
    monkeypatch.setattr("melanoma.training.model_file.load_model", None)
    assert explain(images_per_kind=2).read_json("explanations.json")["reason"] is None


def test_a_model_that_is_only_explained_is_not_converted(explain, monkeypatch):
    explain(images_per_kind=1)
    opened_model._open.cache_clear()  # as in a process that evaluates nothing
    monkeypatch.setattr("melanoma.stages.opened_model.fast_forward", None)
    assert explain(images_per_kind=2).read_json("explanations.json")["reason"] is None


def test_switched_off_it_says_so(explain):
    artifact = explain(enabled=False)
    assert artifact.read_json("explanations.json") == {"enabled": False}
    assert not list(artifact.folder.glob("*.jpg"))
