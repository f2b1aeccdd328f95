"""The page of a monitoring shows a figure of each test, escapes every name, and runs nothing."""

import re
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from melanoma.registry.drift import compare_numbers, compare_vectors, compare_words, correct_holm
from melanoma.registry.permutation import draw_sides
from melanoma.reporting.figures.drift import draw_distances, draw_drift
from melanoma.reporting.monitor_page import MonitorRecord, render_monitor_page


@pytest.fixture(scope="module")
def tests():
    random, sides = np.random.default_rng(2), draw_sides(20, 30, 1, 199)
    ages = np.append(random.normal(70, 5, 20), np.full(30, np.nan))
    words = pd.Series(["<b>left</b> $x$ \N{SNOWMAN}"] * 20 + ["nevus"] * 30)
    return tuple(
        correct_holm(
            [
                compare_numbers("age_approx", ages, sides),
                compare_words("predicted classes", words, sides),
                compare_vectors("features of the champion", random.normal(size=(50, 4)), sides),
            ]
        )
    )


def record_of(tests, notes=("drift shown in age",), **values):
    drift = {"new": 20, "groups": 18, "tests": [test.to_json() for test in tests], "notes": list(notes)}
    document = {
        "champion": {"run_id": "old", "line": 3, "network": "<script>alert(1)</script>", "sha256": "c" * 64},
        "changes": {"new": 20, "sentence": "20 new", "examples": {"new": ["<img src=x>.jpg"]}},
        "unreadable": 0,
        "drift": drift,
        "drifted": [test.what for test in tests if test.drifted],
    }
    return MonitorRecord("1.0", {**document, **values}, tests)


def test_drift_is_amber_and_each_test_has_a_figure(tests):
    page = render_monitor_page(record_of(tests))
    assert "New images differ" in page
    assert 'class="summary amber"' in page
    assert page.count("data:image/png;base64,") == len(tests) + 1
    assert "Age, Predicted classes: 2 of 3 comparisons." in page
    assert page.count(">drifted</span>") == 4  # each in the table and below its figure


def test_no_drift_is_green_and_few_images_have_no_light(tests):
    page = render_monitor_page(record_of(tests[2:], notes=["no drift is shown"]))
    assert 'class="summary green"' in page
    assert "None of 1 comparisons." in page
    few = render_monitor_page(record_of((), notes=["2 new groups of images are too few to test"], unreadable=4))
    assert "Too few new images to tell" in few
    assert "4 that cannot" in few
    assert "data:image" not in few


def test_names_are_escaped_and_the_page_asks_for_nothing(tests):
    page = render_monitor_page(record_of(tests))
    assert "<script" not in page
    assert "<img src=x" not in page
    assert re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', page) == []
    assert "default-src 'none'" in page


def test_equal_tests_give_equal_pictures(tests):
    for draw in (*(lambda dpi, test=test: draw_drift(test, dpi) for test in tests), lambda d: draw_distances(tests, d)):
        assert draw(72) == draw(72)
        assert Image.open(BytesIO(draw(72))).width > 200
