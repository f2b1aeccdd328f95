"""The page of a promotion says what was decided and why, and runs nothing."""

import re

import pytest

from melanoma.reporting.promotion_page import render_promotion_page

FIGURE = {"value": 0.7, "ci95": [0.6, 0.8], "n": 90, "method": "bootstrap over lesions"}
LOSS = {"value": -0.05, "ci95": [-0.1, 0.01], "n": 90, "method": "paired bootstrap"}
RATE = {"value": 100.0, "ci95": [90.0, 110.0], "n": 5, "method": "median and range of 5 rounds"}


def gate(name, verdict, **values):
    figures = {"challenger": FIGURE, "champion": FIGURE, "difference": LOSS}
    return {
        "gate": name,
        "on": "",
        "verdict": verdict,
        "margin": 0.03,
        "finding": "worse",
        "sentence": "why",
        **figures,
        **values,
    }


@pytest.fixture
def decision():
    return {
        "action": "refuse",
        "reason": "balanced_accuracy: worse",
        "gates": [
            gate("balanced_accuracy", "failed"),
            gate(
                "latency",
                "passed",
                challenger=RATE,
                champion=RATE,
                difference={**RATE, "value": 1.0, "ci95": [0.9, 1.1]},
            ),
            gate("worst_subgroup", "not judged", challenger=None, champion=None, difference=None),
        ],
        "judged_images": 90,
        "external": [],
        "challenger": {"run_id": "new", "network": "cnn", "model_sha256": "a" * 64, "test_rows_sha256": "b" * 64},
        "champion": {"run_id": "old", "line": 3, "network": "<script>alert(1)</script>", "sha256": "c" * 64},
        "changes": {"new": 2, "sentence": "2 new, 0 changed", "examples": {"new": ["<img src=x>.jpg", "b.jpg"]}},
        "rows": {"judged": 90, "champion_test": 95, "challenger_test": 99, "notes": ["9 test images are new"]},
        "drift": {
            "new": 2,
            "notes": ["drift shown in brightness"],
            "tests": [
                {
                    "what": "predicted classes",
                    "distance": 0.4,
                    "new_median": None,
                    "old_median": None,
                    "p": 0.0012,
                    "p_holm": 0.012,
                    "drifted": True,
                }
            ],
        },
    }


def test_a_refusal_says_which_gate_and_by_how_much(decision):
    page = render_promotion_page("1.0", decision)
    for words in (
        "Challenger refused",
        "The champion stays.",
        "Balanced accuracy: worse, -0.050 [-0.100, +0.010], margin 0.03",
        "100 images/s",
        "promoted in line 3 of promotions.jsonl",
        "9 test images are new.",
        "drift shown in brightness",
        "0.0012",
    ):
        assert words in page, words
    assert page.count('class="pill critical"') == 2  # the failed gate, the drift


def test_names_are_escaped_and_the_page_asks_for_nothing(decision):
    page = render_promotion_page("1.0", decision)
    assert "<script" not in page
    assert "<img src=x" not in page
    assert re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', page) == []
    assert "default-src 'none'" in page


def test_the_first_champion_has_nothing_to_be_compared_with(decision):
    first = {
        **decision,
        "action": "promote",
        "gates": [gate("balanced_accuracy", "passed", champion=None, difference=None, finding="above chance")],
        **dict.fromkeys(("champion", "changes", "rows", "drift")),
    }
    page = render_promotion_page("1.0", first)
    assert "The challenger becomes the champion." in page
    assert "Balanced accuracy: above chance" in page
    assert "None yet: the challenger has to beat chance." in page
    assert 'id="drift"' not in page
    assert "There is still no champion." in render_promotion_page("1.0", {**first, "action": "refuse"})


def test_a_challenger_that_cannot_be_compared_says_so(decision):
    page = render_promotion_page("1.0", {**decision, "gates": [], "reason": "none of the 9 test images is among"})
    assert "No gate was asked: none of the 9 test images is among." in page


def test_an_external_set_has_its_gates_its_mapping_and_what_was_left_out(decision):
    sets = [
        {
            "title": "<b>clinic</b>",
            "judged": 120,
            "reason": None,
            "mapping": [
                {"diagnosis": "mole", "images": 120, "as": "nevus", "left_out_because": None},
                {"diagnosis": "rash", "images": 7, "as": None, "left_out_because": "the model does not know it"},
            ],
            "notes": ["champion: 3 images were there when the model was made"],
        },
        {"title": "attic", "judged": 0, "reason": "all 9 images are nevus", "mapping": [], "notes": []},
    ]
    gates = [*decision["gates"], gate("calibration", "failed", on="<b>clinic</b>")]
    page = render_promotion_page("1.0", {**decision, "gates": gates, "external": sets})
    assert "<b>clinic</b>" not in page
    for words in (
        "120 images are judged",
        "the model does not know it",
        "Not judged: all 9 images are nevus.",
        "champion: 3 images were there when the model was made.",
        "not on <bdi",
    ):
        assert words in page, words
    own, other = page.split('id="external"')
    assert (own.count("Calibration"), other.count("Calibration")) == (1, 1)  # in the summary, in the set's own table
