"""Screens of a report with all its figures, on a desk and on a phone, light and dark."""

import base64
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from melanoma.reporting.html import render_html
from tests.browser.opened_page import BLANK_IMAGES, BROKEN_IMAGES, OUTSIDE, OVERFLOW, WIDTHS, keep_screen, opened
from tests.unit.reporting.evidence_factory import build_evidence, draw_all

QUESTIONS = ("May I trust this model?", "Where does it fail?", "Which data did it see?", "What do I do next?")


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    evidence = build_evidence()
    file = tmp_path_factory.mktemp("screens") / "report.html"
    file.write_text(render_html(replace(evidence, figures=draw_all(evidence, 200))), encoding="utf-8")
    return file


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_every_figure_shows_something_and_nothing_is_wider_than_the_screen(chromium, report, width, scheme):
    with opened(chromium, report, width, scheme) as seen:
        keep_screen(seen.page, f"report-{width}-{scheme}")
        assert seen.page.evaluate(OVERFLOW) == 0
        assert seen.page.evaluate(OUTSIDE) == []
        assert seen.page.evaluate(BROKEN_IMAGES) == []
        assert seen.page.evaluate(BLANK_IMAGES) == []


def test_a_blank_figure_is_found(chromium, tmp_path):
    stream = BytesIO()
    Image.new("RGB", (300, 200), "white").save(stream, "PNG")
    blank = f"<img alt='nothing' src='data:image/png;base64,{base64.b64encode(stream.getvalue()).decode()}'>"
    (tmp_path / "page.html").write_text(f"<!doctype html>{blank}<img alt='broken' src='data:image/png;base64,AAAA'>")
    with opened(chromium, tmp_path / "page.html") as seen:
        assert seen.page.evaluate(BLANK_IMAGES) == ["nothing"]
        assert seen.page.evaluate(BROKEN_IMAGES) == ["broken"]


def test_the_four_questions_are_answered_on_the_first_screen(chromium, report):
    with opened(chromium, report) as seen:
        for question in QUESTIONS:
            box = seen.page.get_by_text(question, exact=True).bounding_box()
            assert box["y"] + box["height"] < 900


def test_an_open_flow_diagram_has_its_boxes_in_the_order_of_the_images_way(chromium, report):
    for width in WIDTHS:
        with opened(chromium, report, width) as seen:
            tops = [step.bounding_box()["y"] for step in seen.page.locator(".flow .step").all()]
            assert tops == sorted(tops)
