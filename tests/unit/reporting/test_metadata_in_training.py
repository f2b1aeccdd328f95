"""The training section says what the network was given beside the picture, and what that may tell it."""

from dataclasses import replace

import pytest

from melanoma.reporting.html import render_html
from tests.unit.reporting.evidence_factory import build_evidence
from tests.unit.reporting.html_page import Page

CONFOUND = {"check": "source_confound", "severity": "warning", "count": 9, "examples": [], "action": "keep"}
WARNING = "The audit found that sources are confounded with diagnoses."


@pytest.fixture(scope="module")
def text_of():
    """Return a function that gives the report's text for some fields and checks of the audit."""

    def text(fields, checks):
        evidence = build_evidence()
        findings = [one for one in evidence.audit["findings"] if one["check"] != "source_confound"]
        audit = {**evidence.audit, "findings": [*findings, *({**CONFOUND, "remedy": "none"} for _ in checks)]}
        history = {**evidence.history, "metadata": fields}
        return " ".join(Page(render_html(replace(evidence, history=history, audit=audit))).text.split())

    return text


def test_the_fields_are_named_in_plain_words(text_of):
    assert "Beside the picture age, sex, site of the body" in text_of(["age_approx", "sex", "anatom_site_general"], [])
    assert "Beside the picture" not in text_of([], [])


def test_where_sources_are_confounded_metadata_are_warned_of_and_pictures_alone_are_not(text_of):
    assert WARNING in text_of(["sex"], ["source_confound"])
    assert WARNING not in text_of(["sex"], [])
    assert WARNING not in text_of([], ["source_confound"])
