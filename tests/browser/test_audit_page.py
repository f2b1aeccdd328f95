"""The audit's page in a browser: offline, without scripts, on a desk and on a phone."""

import pytest

from melanoma.reporting.audit_page import render_audit_page
from tests.browser.opened_page import BROKEN_IMAGES, CUT_CAPTIONS, OUTSIDE, OVERFLOW, WIDTHS, opened
from tests.unit.reporting.audit_factory import REASON, build_audit, clean_audit, hostile_audit, refused_audit

RECORDS = {"sound": build_audit, "refused": refused_audit, "clean": clean_audit, "hostile": hostile_audit}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("audits")
    for name, build in RECORDS.items():
        (folder / f"{name}.html").write_text(render_audit_page(build()), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", RECORDS)
def test_no_request_leaves_the_page_and_it_reports_no_error(chromium, files, name):
    with opened(chromium, files / f"{name}.html") as seen:
        assert seen.seen == [seen.address]
        assert seen.page.evaluate("() => document.scripts.length") == 0
        assert seen.page.title() == "Audit of the data"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", RECORDS)
def test_nothing_is_wider_than_the_screen_and_every_picture_is_shown(chromium, files, name, width, scheme):
    with opened(chromium, files / f"{name}.html", width, scheme) as seen:
        assert seen.page.evaluate(OVERFLOW) == 0
        assert seen.page.evaluate(OUTSIDE) == []
        assert seen.page.evaluate(BROKEN_IMAGES) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_a_reason_is_told_whole(chromium, files, width):
    with opened(chromium, files / "sound.html", width) as seen:
        assert seen.page.get_by_text(REASON).is_visible()
        assert seen.page.evaluate(CUT_CAPTIONS) == []


def test_a_name_without_end_is_cut(chromium, files):
    with opened(chromium, files / "hostile.html", 390) as seen:
        assert seen.page.evaluate(CUT_CAPTIONS) != []


def test_pictures_that_belong_together_are_beside_each_other_on_a_phone_too(chromium, files):
    with opened(chromium, files / "sound.html", 390) as seen:
        figures = seen.page.locator("#label_conflict .family").first.locator("figure").all()
        boxes = [figure.bounding_box() for figure in figures]
    assert boxes[0]["y"] == boxes[1]["y"]
    assert boxes[0]["x"] < boxes[1]["x"]


def test_a_finding_of_the_overview_leads_to_its_section(chromium, files):
    with opened(chromium, files / "sound.html") as seen:
        seen.page.locator("#findings td, #findings th").get_by_role("link", name="Label conflict").click()
        assert seen.page.url.endswith("#label_conflict")
