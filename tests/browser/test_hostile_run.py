"""A whole run on a set whose class, file and metadata names carry HTML and script, looked at in a browser."""

import json

import pytest
from markdown_it import MarkdownIt

from tests.browser.hostile_set import ATTACK, CLASSES, draw_hostile_set
from tests.browser.opened_page import (
    BLANK_IMAGES,
    BROKEN_IMAGES,
    OUTSIDE,
    OVERFLOW,
    WIDTHS,
    keep_screen,
    opened,
)

PAGES = ["report.html", "audit.html"]
CARDS = ["MODEL_CARD.md", "reporting_checklist.md"]
FOREIGN = (
    "() => document.querySelectorAll('script, iframe, object, [onerror], [onload], a[href^=\"javascript\"]').length"
)


@pytest.fixture(scope="module")
def run_folder(chromium, make_reporting, tmp_path_factory):
    """The folder of a finished run; the cards are set as HTML beside it, with HTML in Markdown let through."""
    folder = tmp_path_factory.mktemp("hostile")
    command = make_reporting(folder / "place")
    record = command.run(draw_hostile_set(folder / "set"), "train.network=cnn_dropout", "train.epochs=1")
    run = command.home / "runs" / record["run_id"]
    for name in CARDS:
        body = (run / name).read_text().split("---\n", 2)[-1] if name == "MODEL_CARD.md" else (run / name).read_text()
        html = MarkdownIt("commonmark", {"html": True}).enable("table").render(body)
        (run / f"{name}.html").write_text(f"<!doctype html><meta charset=utf-8><title>card</title>{html}")
    return run


def test_the_names_of_the_set_are_those_of_the_model(run_folder):
    assert sorted(json.loads((run_folder / "metrics.json").read_text())["classes"]) == sorted(CLASSES)


@pytest.mark.parametrize("name", [*PAGES, *(f"{card}.html" for card in CARDS)])
def test_nothing_is_executed_and_nothing_asked_for(chromium, run_folder, name):
    with opened(chromium, run_folder / name) as seen:
        assert seen.seen == [seen.address]
        assert seen.page.evaluate(FOREIGN) == 0
        assert "owned" not in seen.page.title()


@pytest.mark.parametrize("name", ["report.html", "audit.html", "MODEL_CARD.md.html"])
def test_a_name_that_carries_code_is_shown_as_text(chromium, run_folder, name):
    with opened(chromium, run_folder / name) as seen:
        assert ATTACK in seen.page.evaluate("() => document.body.innerText")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_the_screen_and_no_picture_is_empty(chromium, run_folder, name, width):
    with opened(chromium, run_folder / name, width) as seen:
        keep_screen(seen.page, f"hostile-{name.removesuffix('.html')}-{width}")
        assert seen.page.evaluate(OVERFLOW) == 0
        assert seen.page.evaluate(OUTSIDE) == []
        assert seen.page.evaluate("() => document.images.length") > 0
        assert seen.page.evaluate(BROKEN_IMAGES) == []
        assert seen.page.evaluate(BLANK_IMAGES) == []
