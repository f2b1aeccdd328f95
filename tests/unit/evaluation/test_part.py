"""Rules are frozen before test rows are looked at, and travel with the run."""

import pytest

from melanoma.config.evaluate import EvaluateConfig
from melanoma.evaluation.evaluate import evaluate_predictions
from melanoma.evaluation.figure import NotEvaluated
from melanoma.evaluation.part import all_parts, evaluate_parts, freeze_rules, no_rules, read_rules
from melanoma.evaluation.split_evaluation import prepare_split

CLASSES = ("melanoma", "nevus", "vascular lesion")
CONFIG = EvaluateConfig(resamples=100)
NEED_RULES = {part.name for part in all_parts() if part.freeze}


@pytest.fixture
def splits(make_predictions):
    table = make_predictions()
    return {name: prepare_split(table, name, CLASSES, CONFIG, 1) for name in ("validation", "test")}


def test_no_rule_depends_on_test_rows(splits):
    without_test = {"validation": splits["validation"]}
    assert freeze_rules(splits) == freeze_rules(without_test)


def test_what_a_run_froze_is_read_back_from_its_record(make_predictions):
    record = evaluate_predictions(make_predictions(), CLASSES, CONFIG, 1)
    rules = read_rules(record)
    assert set(rules) == NEED_RULES
    for name, rule in rules.items():
        expected = (
            NotEvaluated(record["not_frozen"][name]) if isinstance(rule, NotEvaluated) else record["frozen"][name]
        )
        assert rule == expected


def test_a_record_without_rules_says_what_to_do():
    reason = "the model's run has not frozen one; run it again"
    assert read_rules({"splits": {}}) == dict.fromkeys(NEED_RULES, NotEvaluated(reason))


def test_a_part_without_its_rule_gives_the_reason_and_the_others_their_figures(splits):
    found = evaluate_parts(splits["test"], no_rules("no run"))
    assert set(found) == {part.name for part in all_parts()}
    assert {name for name, tree in found.items() if tree == NotEvaluated("no run")} == NEED_RULES
