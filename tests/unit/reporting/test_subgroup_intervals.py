from melanoma.reporting.report_figures.subgroup_intervals import draw_subgroup_intervals
from tests.unit.reporting.evidence_factory import metrics_record


def test_subgroups_with_figures_are_drawn_the_same_twice():
    first = draw_subgroup_intervals(metrics_record(), dpi=40)
    assert first is not None
    assert first.startswith(b"\x89PNG")
    assert first == draw_subgroup_intervals(metrics_record(), dpi=40)


def test_without_a_figure_nothing_is_drawn():
    metrics = metrics_record()
    for split in metrics["splits"].values():
        split["subgroups"] = {"sex": {"male": {"n": 3, "note": "too few"}}}
    assert draw_subgroup_intervals(metrics, dpi=40) is None
    assert draw_subgroup_intervals({"splits": {}}, dpi=40) is None
