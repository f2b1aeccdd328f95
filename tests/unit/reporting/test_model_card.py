import re

import pytest
import yaml

from melanoma.reporting.model_card import render_model_card

SECTIONS = [
    "Description", "Intended use", "Not a medical device", "Training data", "Evaluation", "Limits", "How to use",
    "Provenance",
]  # fmt: skip


def take_apart(card):
    """Front matter and sections of a card."""
    _, front, body = card.split("---\n", 2)
    sections = re.split(r"^## ", body, flags=re.MULTILINE)
    return yaml.safe_load(front), {s.split("\n", 1)[0]: s.split("\n", 1)[1].strip() for s in sections[1:]}


def test_front_matter_holds_every_metric_of_every_split_with_its_interval(sound):
    front, _ = take_apart(render_model_card(sound))
    assert front["library_name"] == "keras"
    results = {result["dataset"]["split"]: result["metrics"] for result in front["model-index"][0]["results"]}
    for split in ("validation", "test"):
        record = sound.split(split)["metrics"]
        assert [metric["type"] for metric in results[split]] == list(record)
        for metric in results[split]:
            assert metric["value"] == pytest.approx(record[metric["type"]]["value"], abs=5e-5)
            assert metric["args"]["n"] == record[metric["type"]]["n"]
            assert len(metric["args"]["ci95"]) == 2


@pytest.mark.parametrize("run", ["sound", "leaking", "empty", "hostile"])
def test_every_section_is_there_and_none_is_empty(request, run):
    _, sections = take_apart(render_model_card(request.getfixturevalue(run)))
    assert list(sections) == SECTIONS
    assert all(sections.values())


@pytest.mark.parametrize("run", ["sound", "leaking", "empty", "hostile"])
def test_every_table_has_as_many_cells_in_each_row(request, run):
    card = render_model_card(request.getfixturevalue(run))
    for table in re.findall(r"(?:^\|.*\n)+", card, flags=re.MULTILINE):
        widths = {len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}
        assert len(widths) == 1


def test_code_in_names_stays_text(hostile):
    body = render_model_card(hostile).split("---\n", 2)[2]
    assert "<script" not in body
    assert "<img" not in body
    assert "&lt;script&gt;" in body


def test_the_model_is_loaded_in_safe_mode(sound):
    assert "safe_mode=True" in render_model_card(sound)


def test_the_leaking_protocol_says_so(leaking):
    _, sections = take_apart(render_model_card(leaking))
    assert "validation images have copies in training" in sections["Training data"]
    assert "1,247 of 1,348" in sections["Training data"]


def test_no_value_is_shown_as_a_word_of_the_programming_language(sound, empty):
    for evidence in (sound, empty):
        assert not re.search(r"\b(None|nan|NaN)\b", render_model_card(evidence))


@pytest.mark.parametrize("run", ["sound", "leaking", "hostile"])
def test_the_front_matter_is_a_model_index_as_the_hub_reads_it(request, run):
    evidence = request.getfixturevalue(run)
    front, _ = take_apart(render_model_card(evidence))
    (model,) = front["model-index"]
    assert model["name"] == evidence.title
    assert set(front["metrics"]) == {metric["type"] for result in model["results"] for metric in result["metrics"]}
    for result in model["results"]:
        assert set(result) == {"task", "dataset", "metrics"}
        assert result["task"]["type"] == "image-classification"
        assert result["dataset"]["type"]
        assert result["dataset"]["name"]
        assert all(isinstance(metric["value"], float) and 0 <= metric["value"] <= 1 for metric in result["metrics"])


def test_the_card_says_whom_the_images_are_from_and_where_it_fails(sound):
    _, sections = take_apart(render_model_card(sound))
    assert "2,400 images: Hospital Clínic de Barcelona; CC-BY-NC" in sections["Training data"]
    assert "386 images: source not stated by the data; CC-0" in sections["Training data"]
    assert "Where it fails on test" in sections["Evaluation"]


@pytest.mark.parametrize("run", ["sound", "leaking", "empty", "hostile"])
def test_every_card_says_that_it_is_no_medical_device(request, run):
    assert "Research software, not a medical device" in render_model_card(request.getfixturevalue(run))
