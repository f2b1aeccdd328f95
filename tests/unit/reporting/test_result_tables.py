from dataclasses import replace

from melanoma.reporting.result_tables import (
    class_columns,
    class_rows,
    headline_tiles,
    metric_rows,
    number_methods,
    point_rows,
)
from tests.unit.reporting.evidence_factory import CLASSES, LEFT_OUT, LOGIT, METHOD, WILSON, metrics_record

METRICS = metrics_record()


def test_a_metric_that_one_split_lacks_leaves_a_gap_there():
    test = {**METRICS["splits"]["test"], "metrics": {"accuracy": METRICS["splits"]["test"]["metrics"]["accuracy"]}}
    rows = metric_rows({**METRICS, "splits": {**METRICS["splits"], "test": test}})
    assert next(row for row in rows if row.name == "brier").figures[1] is None
    assert next(row for row in rows if row.name == "accuracy").figures[1] is not None


def test_a_metric_that_the_report_does_not_know_is_shown_too():
    splits = {"test": {"metrics": {"gain": {"value": 0.5, "ci95": [0.4, 0.6], "n": 9, "method": "m"}}}}
    assert [row.name for row in metric_rows({"splits": splits})] == ["gain"]


def test_the_operating_point_has_a_row_per_figure_and_none_for_its_threshold():
    names = [row.name for row in point_rows(METRICS)]
    assert names[:4] == ["sensitivity", "specificity", "ppv", "npv"]
    assert names[4:] == ["number_needed_to_biopsy", "net_benefit", "net_benefit_of_biopsying_all"]


def test_a_split_without_an_operating_point_leaves_gaps_in_its_rows():
    test = {**METRICS["splits"]["test"]}
    del test["operating_point"]
    rows = point_rows({**METRICS, "splits": {**METRICS["splits"], "test": test}})
    assert all(row.figures[0] and row.figures[1] is None for row in rows)


def test_each_method_has_one_number_in_order_of_appearance():
    assert number_methods(METRICS) == {METHOD: 1, WILSON: 2, LOGIT: 3, LEFT_OUT: 4}


def test_metrics_stand_in_the_order_of_the_report_whatever_the_record_s_order():
    names = [row.name for row in metric_rows(METRICS)]
    backwards = {
        name: {**split, "metrics": dict(reversed(split["metrics"].items()))}
        for name, split in METRICS["splits"].items()
    }
    assert [row.name for row in metric_rows({**METRICS, "splits": backwards})] == names
    assert names[:2] == ["accuracy", "balanced_accuracy"]


def test_every_diagnosis_has_a_row_even_without_images():
    rows = class_rows({"per_class": {"melanoma": {"n": 3, "sensitivity": {}}}}, ["melanoma", "nevus"])
    assert [(n, row.name, len(row.figures)) for n, row in rows] == [(3, "melanoma", 1), (0, "nevus", 1)]


def test_known_columns_stand_first():
    record = {"per_class": {"melanoma": {"n": 1, "npv": {}, "auroc": {}, "sensitivity": {}}}}
    assert class_columns(record) == ["sensitivity", "auroc", "npv"]


def test_tiles_show_test_and_validation_only_where_there_is_no_test(sound):
    assert {tile.split for tile in headline_tiles(sound)} == {"test"}
    validation = {**METRICS, "splits": {"validation": METRICS["splits"]["validation"]}}
    assert {tile.split for tile in headline_tiles(replace(sound, metrics=validation))} == {"validation"}


def test_only_balanced_accuracy_carries_the_level_of_chance(sound):
    assert [tile.chance is not None for tile in headline_tiles(sound)] == [True, False, False, False]
    assert len(CLASSES) * headline_tiles(sound)[0].chance == 1
