"""The audit's page in a browser: offline, without scripts, on a desk and on a phone."""

import pytest

from melanoma.reporting.audit_page import render_audit_page
from tests.browser.test_report import BROKEN_IMAGES, OUTSIDE, OVERFLOW, WIDTHS
from tests.unit.reporting.audit_factory import build_audit, clean_audit, hostile_audit, refused_audit

RECORDS = {"sound": build_audit, "refused": refused_audit, "clean": clean_audit, "hostile": hostile_audit}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("audits")
    for name, build in RECORDS.items():
        (folder / f"{name}.html").write_text(render_audit_page(build()), encoding="utf-8")
    return folder


@pytest.fixture
def visit(chromium, files):
    """Open a page, and note what it asks for and complains of."""
    contexts = []

    def open_page(name, width=1280, scheme="light"):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True, reduced_motion="reduce"
        )
        contexts.append(context)
        page, seen = context.new_page(), []
        page.on("console", lambda message: seen.append(message.text))
        page.on("pageerror", lambda error: seen.append(str(error)))
        page.on("request", lambda request: seen.append(request.url))
        page.goto((files / f"{name}.html").as_uri())
        return page, [entry for entry in seen if not entry.startswith("data:")]

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("name", RECORDS)
def test_no_request_leaves_the_page_and_it_reports_no_error(visit, files, name):
    page, seen = visit(name)
    assert seen == [(files / f"{name}.html").as_uri()]
    assert page.evaluate("() => document.scripts.length") == 0
    assert page.title() == "Audit of the data"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", RECORDS)
def test_nothing_is_wider_than_the_screen_and_every_picture_is_shown(visit, name, width, scheme):
    page, _ = visit(name, width, scheme)
    assert page.evaluate(OVERFLOW) == 0
    assert page.evaluate(OUTSIDE) == []
    assert page.evaluate(BROKEN_IMAGES) == []


def test_pictures_that_belong_together_are_beside_each_other_on_a_phone_too(visit):
    page, _ = visit("sound", 390)
    boxes = [figure.bounding_box() for figure in page.locator("#label_conflict .family").first.locator("figure").all()]
    assert boxes[0]["y"] == boxes[1]["y"]
    assert boxes[0]["x"] < boxes[1]["x"]


def test_a_finding_of_the_overview_leads_to_its_section(visit):
    page, _ = visit("sound")
    page.locator("#findings td, #findings th").get_by_role("link", name="Label conflict").click()
    assert page.url.endswith("#label_conflict")
