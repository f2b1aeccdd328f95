"""What a report says of calibration, abstention and prediction sets."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.special import softmax

from melanoma.config.evaluate import EvaluateConfig
from melanoma.evaluation.evaluate import evaluate_predictions
from melanoma.reporting.html import render_html
from melanoma.reporting.report_figures.accuracy_kept import FIGURE as ACCURACY_KEPT
from melanoma.reporting.report_figures.reliability import FIGURE as RELIABILITY
from tests.unit.reporting.evidence_factory import HOSTILE, build_evidence
from tests.unit.reporting.html_page import Page

CLASSES = ("melanoma", "nevus", "vascular lesion")


@cache
def draw_metrics(splits=("validation", "calibration", "test"), shift=0.0, classes=CLASSES):
    """`metrics.json` of 100 rows a split; on test the true class loses `shift` of its logit."""
    random = np.random.default_rng(1)
    size = 100 * len(splits)
    split = np.repeat(splits, 100)
    truth = np.arange(size) % len(classes)
    right = truth[:, None] == np.arange(len(classes))
    logits = random.normal(size=(size, len(classes))) + (2 - shift * (split == "test"))[:, None] * right
    stated = softmax(logits, axis=1)
    table = pd.DataFrame(
        {
            "image_id": np.arange(size).astype(str),
            "group_id": np.arange(size).astype(str),
            "split": split,
            "diagnosis": np.array(classes)[truth],
            "predicted": np.array(classes)[stated.argmax(axis=1)],
        }
    ).assign(**{f"probability:{name}": stated[:, c] for c, name in enumerate(classes)})
    return evaluate_predictions(table, classes, EvaluateConfig(resamples=100), 1)


def show(metrics):
    return Page(render_html(build_evidence(metrics=metrics)))


def test_every_figure_of_calibration_sets_and_abstention_is_on_the_page():
    metrics = draw_metrics()
    text = show(metrics).text
    test = metrics["splits"]["test"]
    figures = [
        test["calibration"]["melanoma"]["slope"],
        test["calibration"]["melanoma"]["intercept"],
        *test["temperature"]["before"].values(),
        *test["temperature"]["after"].values(),
        *test["conformal"]["sets"].values(),
        test["abstention"]["aurc"],
        test["abstention"]["kept"]["50"]["accuracy"],
        test["abstention"]["kept"]["50"]["melanoma_kept"],
    ]
    for figure in figures:
        low, high = figure["ci95"]
        assert f"{figure['value']:.3f} [{low:.3f}, {high:.3f}]" in text
    assert "fitted here, so optimistic" in text
    assert "every other figure of this report is of the probabilities as the model states them" in text


@pytest.mark.parametrize(("shift", "said"), [(0.0, False), (2.0, True)])
def test_a_promise_that_test_does_not_keep_is_said_and_only_then(shift, said):
    assert ("The promise is not kept on test" in show(draw_metrics(shift=shift)).text) == said


def test_without_calibration_rows_the_page_says_why_there_are_no_sets():
    text = show(draw_metrics(("validation", "test"))).text
    assert "Sets of diagnoses in place of one" not in text
    assert "What one temperature would make of them" not in text
    assert "Do the stated probabilities come true?" in text
    assert "there are no calibration rows to fit prediction sets on" in text


def test_a_run_from_before_has_no_section():
    text = show(build_evidence().metrics).text
    assert "Do the stated probabilities come true?" not in text
    assert "I do not know" not in text


def test_names_that_carry_code_are_shown_as_text():
    page = show(draw_metrics(classes=tuple(HOSTILE[:4])))
    assert not [tag for tag, _ in page.tags if tag == "script"]


@pytest.mark.parametrize("figure", [RELIABILITY, ACCURACY_KEPT])
def test_a_figure_is_drawn_from_the_record_and_only_if_there_is_one(figure):
    drawn = build_evidence(metrics=draw_metrics())
    assert figure.draw(drawn, 60) == figure.draw(drawn, 60)
    assert figure.draw(drawn, 60) != figure.draw(replace(drawn, metrics=draw_metrics(shift=2.0)), 60)
    assert figure.draw(build_evidence(), 60) is None


def test_without_a_temperature_the_diagram_is_that_of_the_model_alone():
    evidence = build_evidence(metrics=draw_metrics(("validation", "test")))
    assert RELIABILITY.draw(evidence, 60).startswith(b"\x89PNG")
