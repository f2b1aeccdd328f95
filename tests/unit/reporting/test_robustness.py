import io

import pytest
from PIL import Image

from melanoma.reporting.html import render_html
from melanoma.reporting.report_figures.robustness_drops import draw_robustness_drops
from melanoma.reporting.robustness import list_methods, tell_drops
from tests.unit.reporting.evidence_factory import build_evidence
from tests.unit.reporting.html_page import Page
from tests.unit.reporting.trial_factory import METHOD, robustness_record


def test_a_drop_is_told_only_where_its_whole_interval_lies_above_nothing():
    told = tell_drops(robustness_record())  # 0.14 and 0.09 are more than the half width of 0.07
    assert [sentence.split(":")[0] for sentence in told] == ["Blur of 0.6 % of the side", "Brightness × 0.75"]
    assert "accuracy falls from 0.620 to 0.480, a drop of 0.140 [0.070, 0.210]" in told[0]
    assert "melanoma sensitivity at the threshold falls from 0.940 to 0.800" in told[0]
    assert tell_drops(robustness_record(half=0.2)) == tell_drops(None) == tell_drops({"enabled": False}) == []


def test_the_largest_drop_of_a_change_is_told_first():
    record = robustness_record()
    record["perturbations"][1]["metrics"]["melanoma_auroc"]["drop"] |= {"value": 0.3, "ci95": [0.2, 0.4]}
    assert tell_drops(record)[0].startswith("Blur of 0.6 % of the side: melanoma AUROC falls from 0.970 to 0.670")


def test_each_way_of_making_an_interval_is_listed_once():
    assert list_methods(robustness_record()) == [METHOD]
    assert list_methods({"enabled": False}) == []


def test_the_figure_has_a_row_for_each_change_and_the_same_bytes_each_time():
    first, again = (draw_robustness_drops(robustness_record(), 60) for _ in range(2))
    assert first == again
    fewer = robustness_record()
    fewer["perturbations"] = fewer["perturbations"][:2]
    heights = [
        Image.open(io.BytesIO(draw_robustness_drops(record, 60))).height for record in (fewer, robustness_record())
    ]
    assert heights[1] - heights[0] == pytest.approx(5 * 0.34 * 60, abs=2)
    assert draw_robustness_drops({"enabled": False}, 60) is draw_robustness_drops(None, 60) is None


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (robustness_record(), "118 of 337 test images"),
        (robustness_record(), "the run's frozen 0.213"),
        (robustness_record(half=0.2), "no drop can be shown"),
        ({"enabled": False}, "robustness.enabled is off"),
        (robustness_record() | {"not_evaluated": {"melanoma_auroc": "no melanoma"}}, "was not evaluated: no melanoma"),
    ],
)
def test_the_report_says_what_was_tried_and_what_came_of_it(record, words):
    assert words in Page(render_html(build_evidence(robustness=record))).text


def test_a_report_of_an_earlier_run_has_no_such_section():
    assert 'id="robustness"' not in render_html(build_evidence(robustness=None))
