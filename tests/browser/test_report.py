"""The report in a browser: offline, without scripts, on a desk and on a phone."""

from contextlib import ExitStack
from functools import cache

import pytest

from melanoma.reporting.html import render_html
from tests.browser.opened_page import BROKEN_IMAGES, OUTSIDE, OVERFLOW, WIDTHS, opened
from tests.unit.reporting.evidence_factory import build_evidence, empty_evidence, hostile_evidence, leaking_evidence

RUNS = {"sound": build_evidence, "leaking": leaking_evidence, "empty": empty_evidence, "hostile": hostile_evidence}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    for name, build in RUNS.items():
        (folder / f"{name}.html").write_text(render_html(build()), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def visit(chromium, files):
    """Open a report once for each width and scheme."""
    with ExitStack() as stack:

        @cache
        def open_page(run, width=1280, scheme="light"):
            return stack.enter_context(opened(chromium, files / f"{run}.html", width, scheme))

        yield open_page


@pytest.mark.parametrize("run", RUNS)
def test_the_page_asks_for_nothing_but_itself_and_reports_no_error(visit, run):
    seen = visit(run)
    assert seen.seen == [seen.address]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("run", RUNS)
def test_nothing_is_wider_than_the_screen_but_in_a_box_that_scrolls(visit, run, width):
    page = visit(run, width).page
    assert page.evaluate(OVERFLOW) == 0
    assert page.evaluate(OUTSIDE) == []


@pytest.mark.parametrize("run", RUNS)
def test_every_picture_is_shown(visit, run):
    assert visit(run).page.evaluate(BROKEN_IMAGES) == []


def test_code_in_names_is_shown_and_not_run(visit):
    page = visit("hostile").page
    assert page.title().startswith("Report <script>")
    assert page.evaluate("() => document.scripts.length") == 0
    assert page.get_by_text("<script>document.title='owned'</script>").count() > 0


def test_dark_and_light_differ_and_both_can_be_read(visit):
    luminance = "() => getComputedStyle(document.body).{}.match(/\\d+/g).slice(0, 3).reduce((s, v) => s + +v, 0) / 3"
    for scheme, page_is_dark in (("light", False), ("dark", True)):
        page = visit("sound", scheme=scheme).page
        ground, ink = (page.evaluate(luminance.format(name)) for name in ("backgroundColor", "color"))
        assert (ground < ink) is page_is_dark
        assert abs(ground - ink) > 150


def test_a_headline_figure_leads_to_the_row_of_its_stage(visit):
    page = visit("sound").page
    page.locator(".tile .big a").first.click()
    assert page.url.endswith("#stage-evaluate")
    assert page.locator("tr#stage-evaluate").is_visible()


def test_the_red_box_stands_in_the_leaking_report_only(visit):
    assert visit("leaking").page.locator("#leak.bad").is_visible()
    assert visit("sound").page.locator("#leak.bad").count() == 0


def test_on_paper_the_navigation_is_gone_and_nothing_is_cut(visit):
    page = visit("sound", 680).page  # A4 less its margins, at 96 dots per inch
    page.emulate_media(media="print")
    assert page.locator("nav").is_hidden()
    assert page.evaluate(OVERFLOW) == 0
