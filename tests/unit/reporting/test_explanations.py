import pytest

from melanoma.reporting.explanations import tell_sanity
from melanoma.reporting.html import render_html
from tests.unit.reporting.evidence_factory import build_evidence
from tests.unit.reporting.html_page import Page
from tests.unit.reporting.trial_factory import explanations_record


def page_of(record):
    return Page(render_html(build_evidence(explanations=record))).text


@pytest.mark.parametrize(
    ("value", "half", "words"),
    [
        (0.05, 0.1, "0.050 [-0.050, 0.150], n = 18 with those shown: they are other maps"),
        (0.9, 0.05, "they are nearly the same maps, so that those shown say little"),
        (0.5, 0.1, "too few pictures to tell"),
    ],
)
def test_the_check_by_random_weights_is_told_in_words_with_its_number(value, half, words):
    head, backbone = tell_sanity(explanations_record(correlations=[(value, half)] * 2))
    assert words in head
    assert words in backbone
    assert "which tell diagnoses from features" in head


def test_maps_that_cannot_be_compared_have_their_reason():
    record = explanations_record() | {"sanity": [{"randomised": "head", "reason": "1 of 1 pictures"}]}
    assert tell_sanity(record)[0].endswith("could not be compared: 1 of 1 pictures.")
    assert tell_sanity(None) == tell_sanity({"enabled": False}) == []


@pytest.mark.parametrize(
    "words",
    [
        "Heat maps say where, not why",
        "Missed melanomas",
        "the first of 2 networks that the model averages, mean of 4 views",
        "14 x 14 places",
        "they are nearly the same maps",
        "nothing speaks for",
    ],
)
def test_the_report_shows_maps_with_a_caution_and_the_check(words):
    assert words in page_of(explanations_record())


def test_the_report_says_where_a_network_looks_by_construction():
    words = "This network counts the middle of every picture more, by construction"
    assert words in page_of(explanations_record() | {"counts_middle_more": True})
    assert words not in page_of(explanations_record() | {"counts_middle_more": False})
    assert words not in page_of(explanations_record())  # of an earlier version


def test_every_picture_and_a_legend_are_shown():
    html = render_html(build_evidence())
    section = html[html.index('id="explanations"') :].partition("</section>")[0]
    assert section.count("<img") == 3 + 5  # a picture of each; one map of the right case, two of the others
    assert "linear-gradient(to right,#440154," in section  # viridis begins with dark violet
    assert "#fde725)" in section


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({"enabled": False}, "explain.enabled is off"),
        ({"enabled": True, "reason": "It has no convolution.", "cases": []}, "There are no heat maps. It has no"),
        ({"enabled": True, "reason": None, "cases": []}, "there is no test image to explain"),
    ],
)
def test_where_there_are_no_maps_the_report_says_why(record, words):
    assert words in page_of(record)


def test_a_report_of_an_earlier_run_has_no_such_section():
    assert 'id="explanations"' not in render_html(build_evidence(explanations=None))
