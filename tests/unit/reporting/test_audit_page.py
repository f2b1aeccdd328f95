import re
from dataclasses import replace

import pytest

from melanoma.reporting.audit_page import MOST_PICTURES, pictures_per_finding, render_audit_page
from melanoma.reporting.finding_pictures import FindingPictures, PictureCard, PictureGroup
from tests.unit.reporting.audit_factory import REASON, build_audit, clean_audit, hostile_audit, refused_audit
from tests.unit.reporting.evidence_factory import AUDIT, HOSTILE
from tests.unit.reporting.html_page import Page

RECORDS = {"sound": build_audit, "refused": refused_audit, "clean": clean_audit, "hostile": hostile_audit}
EVERY = pytest.mark.parametrize("name", RECORDS)


@pytest.fixture(scope="module")
def pages():
    return {name: Page(render_audit_page(build())) for name, build in RECORDS.items()}


@EVERY
def test_the_page_is_well_formed_and_runs_no_script(pages, name):
    tags = {tag for tag, _ in pages[name].tags}
    assert pages[name].open == []
    assert not tags & {"script", "iframe", "object", "embed", "form", "base", "link"}
    assert not [
        attribute for _, attributes in pages[name].tags for attribute in attributes if attribute.startswith("on")
    ]


@EVERY
def test_the_page_asks_for_nothing_and_links_to_itself_and_to_the_lists_beside_it(pages, name):
    assert all(source.startswith("data:image/") for source in pages[name].values("src"))
    assert all(re.fullmatch(r"#[a-z_]+|findings/[a-z_]+\.csv", target) for target in pages[name].values("href"))
    policy = next(a["content"] for t, a in pages[name].tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


@EVERY
def test_every_link_within_the_page_has_its_target_and_every_target_one_name(pages, name):
    targets = pages[name].values("id")
    assert len(targets) == len(set(targets))
    assert {link[1:] for link in pages[name].values("href") if link.startswith("#")} <= set(targets)


@EVERY
def test_no_value_is_shown_as_a_word_of_the_programming_language(pages, name):
    assert not re.search(r"\b(None|nan|NaN|undefined|True|False)\b", pages[name].text)


def test_every_finding_has_a_section_with_severity_count_action_remedy_pictures_and_its_list(pages):
    page = pages["sound"]
    for finding in AUDIT["findings"]:
        assert finding["check"] in page.values("id")
        assert f"findings/{finding['check']}.csv" in page.values("href")
        assert page.text.count(finding["remedy"]) == 2  # in the overview and in the section
    assert "critical 4 images. Action exclude: 4 left out." in page.text
    assert "info 77 images. Action keep: told, and all stay." in page.text


def test_images_that_belong_together_stand_in_one_box_with_what_is_said_of_both(pages):
    families = [attributes for _, attributes in pages["sound"].tags if attributes.get("class") == "family"]
    assert len(families) == 3 * 2  # three findings about pairs, each with 4 of its images
    assert "2 of 6 groups of images that belong together, 4 of 12 images." in pages["sound"].text


def test_an_image_without_a_picture_says_so_and_why(pages):
    assert "no picture" in pages["sound"].text
    assert REASON in pages["sound"].text


def test_figures_behind_a_finding_are_shown_as_table_interval_and_text(pages):
    text = pages["sound"].text
    assert "nevus 5 2 2 1 actinic keratosis 2, nevus 2" in text
    assert "Balanced accuracy: 0.410 [0.350, 0.470] n = 321" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Most telling: width, jpeg_tables" in text


def test_figures_of_a_check_that_found_nothing_are_shown_too(pages):
    assert "Small image: nothing found" in pages["clean"].text
    assert "Balanced accuracy: 0.410" in pages["clean"].text


def test_the_light_is_red_for_a_refusal_amber_for_something_critical_and_green_for_neither(pages):
    assert "Red. The data is refused" in pages["refused"].text
    assert "expect_column_mean_to_be_between on age_approx failed: 7" in pages["refused"].text
    assert "Amber. The data is let through" in pages["sound"].text
    assert "Green. Nothing critical was found" in pages["clean"].text
    assert "Nothing was found to be wrong with the data." in pages["clean"].text


def test_table_checks_stand_with_their_suite_and_failed_ones_first(pages):
    text = pages["sound"].text
    assert "3 of 4 expectations met" in text
    assert text.index("3 of 2566 unexpected") < text.index("0 of 2566 unexpected")
    assert "Images Table row count to be between" in text or "images Table row count to be between" in text


def test_hostile_names_stay_text_and_long_ones_are_cut(pages):
    text = pages["hostile"].text
    assert HOSTILE[0] in text
    assert "{{ 7*7 }}" in text
    assert max(map(len, pages["hostile"].values("alt"))) <= 120


def test_a_name_that_turns_its_own_direction_does_not_pass_for_another(pages):
    assert "\\u202egnp.evil" in pages["hostile"].text
    assert "\u202e" not in pages["hostile"].text


def test_the_page_stays_small_whatever_is_found():
    """Every finding shows all the pictures that it may, each of noise, which JPEG compresses worst."""
    noise = b"\xff\xd8" + bytes(12_000)  # as large as a thumbnail of pure noise
    long = "<" * 4000
    findings = [{**AUDIT["findings"][1], "check": f"check_{n}", "relabelled": 0} for n in range(25)]
    most = pictures_per_finding(len(findings))
    assert most * len(findings) <= MOST_PICTURES
    cards = tuple(PictureCard(f"{long}{k}", noise, long, "train", long, True, long) for k in range(most))
    shown = FindingPictures(tuple(PictureGroup((card,), 1) for card in cards), 10**6)
    audit = {"findings": findings, "passed": True, "refusals": [long] * 100, "notes": [long] * 9, "checks_run": []}
    page = render_audit_page(build_audit(audit=audit, pictures={f"check_{n}": shown for n in range(25)}))
    assert len(page.encode()) < 8_000_000


def test_a_page_with_few_findings_shows_more_of_each():
    assert pictures_per_finding(1) > pictures_per_finding(20) > 0


def test_equal_records_give_an_equal_page():
    assert render_audit_page(build_audit()) == render_audit_page(build_audit())


def confound(value):
    """Figures of the check, with one number that can be told from all others."""
    figure = {"value": value, "ci95": [value - 0.02, value + 0.02], "n": 321, "method": "boosted trees"}
    classes = [{"diagnosis": name, "youden": 0.125, "youden_low": 0.25} for name in ("melanoma", "nevus")]
    known = {"balanced_accuracy": figure, "chance": 0.5, "permutation_p": 0.25, "classes": classes}
    known |= {
        "properties": ["border colour", "width"],
        "strongest": [{"property": "width", "balanced_accuracy_lost": 0.25}],
    }
    return known


def test_what_gives_the_diagnosis_away_is_shown_beside_chance_also_where_nothing_was_found():
    alone = confound(0.542) | {"properties": ["width"]}
    record = clean_audit()
    known = confound(0.765) | {"instrument": alone, "classes_left_out": ["vascular lesion"]}
    page = Page(render_audit_page(replace(record, audit={**record.audit, "figures": {"source_confound": known}})))
    text = " ".join(page.text.split())
    assert "Source confound: nothing found" in text
    assert "border colour, width 0.765 [0.745, 0.785] n = 321" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "the instrument alone: width 0.542 [0.522, 0.562]" in text
    assert "chance 0.500" in text
    assert "width (balanced accuracy falls by 0.250 without it)" in text
    assert "melanoma 0.125 [0.250] 0.125 [0.250]" in text
    assert "too few groups: vascular lesion" in text
