import pytest

from melanoma.evaluation.metric import all_metrics
from melanoma.reporting.names import (
    metric_meaning,
    metric_name,
    missing_name,
    order_point_figures,
    order_splits,
    point_figure_meaning,
    point_figure_name,
    within_sentence,
)

POINT = ("sensitivity", "specificity", "ppv", "npv", "net_benefit", "net_benefit_of_biopsying_all")


def test_splits_stand_as_validation_test_and_others_by_name():
    assert order_splits({"test", "validation", "clinic b", "clinic a"}) == [
        "validation",
        "test",
        "clinic a",
        "clinic b",
    ]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("per_class.nevus.auroc", "nevus: AUROC"),
        ("per_class.e.g. a_name.f1", "e.g. a_name: F1"),
        ("subgroups.age_band.<30", "Age band: <30"),
        ("operating_point", "Operating point"),
        ("operating_point.ppv", "Operating point: PPV"),
        ("operating_point.number_needed_to_biopsy", "Operating point: number needed to biopsy"),
        ("ece", "Calibration error (ECE)"),
    ],
)
def test_what_is_missing_is_named_without_its_path(path, name):
    assert missing_name(path) == name


def test_a_metric_that_is_not_known_is_called_by_its_key():
    assert (metric_name("lens_gain"), metric_meaning("lens_gain")) == ("Lens gain", "")
    assert (point_figure_name("lens_gain"), point_figure_meaning("lens_gain")) == ("Lens gain", "")
    assert order_point_figures(["lens_gain", "ppv"]) == ["ppv", "lens_gain"]


def test_every_metric_and_figure_of_the_operating_point_has_a_name_and_a_meaning():
    overall = [metric.name for metric in all_metrics() if not metric.per_class]
    assert [name for name in overall if not metric_meaning(name)] == []
    point = [*POINT, "number_needed_to_biopsy"]
    assert [name for name in point if not point_figure_meaning(name)] == []


def test_abbreviations_keep_their_capitals_within_a_sentence():
    assert [within_sentence(text) for text in ("Macro F1", "AUROC", "F1", "")] == ["macro F1", "AUROC", "F1", ""]
    for kept in ("Brier score", "Cohen's kappa"):
        assert within_sentence(kept) == kept
