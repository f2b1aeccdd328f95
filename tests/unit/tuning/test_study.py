"""A study goes on where it was cut off, and proposes the same as if it had not been."""

import sys

import pytest

from melanoma.artifacts.record import Recipe
from melanoma.config.tune import Dimension, TuneConfig
from melanoma.errors import UsageError
from melanoma.reporting.search_record import COMPLETE, FAILED, PRUNED
from melanoma.tuning.record import measure_importance, read_trials, require_best
from melanoma.tuning.study import (
    ask_trial,
    count_finished,
    end_trial,
    name_study,
    open_study,
    require_optuna,
    retry_orphans,
)

ME = {"host": "here", "process": 1}
DEAD = {"host": "here", "process": 2}


def ask(study, space, maker=ME):
    return ask_trial(study, space, 5, maker)


def worth(values):
    return [values["train.learning_rate"], values["train.epochs"] / 9]


def carry_out(study, space, count):
    tried = []
    for _ in range(count):
        asked = ask(study, space)
        tried.append(asked.values)
        end_trial(study, asked, COMPLETE, worth(asked.values))
    return tried


def test_a_study_that_is_opened_again_proposes_what_it_would_have_proposed(open_place, space, tmp_path):
    at_once = carry_out(open_place(storage=f"sqlite:///{tmp_path}/whole.db"), space, 14)
    carry_out(open_place(), space, 3)
    carry_out(open_place(), space, 6)
    rest = carry_out(open_place(), space, 5)
    assert rest == at_once[9:]
    assert len({tuple(values.values()) for values in at_once}) == 14  # it does not begin again where it is opened
    assert count_finished(open_place()) == 14


def test_values_are_of_their_dimensions(open_place, space):
    for values in carry_out(open_place(), space, 12):
        assert 1e-4 <= values["train.learning_rate"] <= 1e-2
        assert values["train.epochs"] in {1, 3, 5, 7, 9}
        assert isinstance(values["train.epochs"], int)
        assert values["balance.mode"] in {"none", "fill"}


def test_a_trial_whose_process_died_fails_and_its_values_are_tried_again(open_place, space):
    study = open_place()
    lost, kept = ask(study, space, DEAD), ask(study, space)
    study = open_place()
    assert retry_orphans(study, lambda maker: maker["process"] == 2) == [lost.number]
    assert [trial.state.name for trial in study.trials] == ["FAIL", "RUNNING", "WAITING"]
    assert count_finished(study) == 0
    again = ask(study, space)
    assert again.values == lost.values
    assert again.values != kept.values
    assert retry_orphans(study, lambda maker: maker["process"] == 2) == []


def test_what_ended_by_itself_counts_whatever_its_end(open_place, space):
    study = open_place()
    carry_out(study, space, 1)
    for state, problem in ((PRUNED, ""), (FAILED, "the loss is not finite")):
        asked = ask(study, space)
        asked.trial.report(0.25, 0)
        end_trial(study, asked, state, problem=problem)
    assert count_finished(study) == 3
    measured, pruned, failed = read_trials(study)
    assert measured.value == pytest.approx(sum(measured.folds) / 2)
    assert (pruned.state, pruned.value, pruned.folds) == (PRUNED, 0.25, ())
    assert (failed.state, failed.problem) == (FAILED, "the loss is not finite")


def test_a_study_without_a_measured_trial_says_why(open_place, space):
    study = open_place()
    end_trial(study, ask(study, space), FAILED, problem="the loss is not finite")
    with pytest.raises(Exception, match=r"none of 1 trials could be measured: the loss is not finite; change") as told:
        require_best(read_trials(study))
    assert told.type.__name__ == "MelanomaError"


def test_importance_goes_to_what_decides(open_place, space):
    study = open_place()
    carry_out(study, space, 3)
    assert measure_importance(study, 5) == {}  # too few to tell
    for _ in range(20):
        asked = ask(study, space)
        end_trial(study, asked, COMPLETE, [float(asked.values["balance.mode"] == "fill")])
    found = measure_importance(study, 5)
    assert sum(found.values()) == pytest.approx(1)
    assert max(found, key=found.get) == "balance.mode"


def test_the_median_rule_stops_what_falls_behind_and_none_stops_nothing(open_place, space):
    study = open_place(prune_from=2)
    for value in (0.6, 0.8):
        asked = ask(study, space)
        asked.trial.report(value, 0)
        asked.trial.report(value, 1)
        end_trial(study, asked, COMPLETE, [value])
    behind, ahead = ask(study, space), ask(study, space)
    behind.trial.report(0.1, 0)
    assert not behind.trial.should_prune()  # never after the first step
    behind.trial.report(0.69, 1)  # the median of 0.6 and 0.8 is 0.7
    ahead.trial.report(0.71, 1)
    assert (behind.trial.should_prune(), ahead.trial.should_prune()) == (True, False)
    study.pruner = open_place(pruner="none").pruner
    assert not behind.trial.should_prune()


def test_the_name_is_that_of_the_search_and_not_of_how_long_it_goes_on(space):
    def name(recipe=1, space=space, **settings):
        return name_study(Recipe("trial", {"a": recipe}), space, TuneConfig(**settings))

    assert name() == name(trials=99) == name(workers=4) == name(storage="sqlite:///x.db")
    others = [name(2), name(prune_from=9), name(pruner="none"), name(space={"a": Dimension(choices=(1,))})]
    assert len({name(), *others}) == 5


def test_a_database_that_cannot_be_opened_is_one_line(open_place):
    with pytest.raises(UsageError, match=r"^tune\.storage: sqlite:////nowhere/at/all\.db cannot be opened") as told:
        open_place(storage="sqlite:////nowhere/at/all.db")
    assert "\n" not in str(told.value)


def test_without_optuna_it_is_said_what_to_install(monkeypatch, open_place):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(UsageError, match=r"^tune: Optuna is not installed; install melanoma\[tune\]$"):
        require_optuna()
    assert open_study  # the module itself is imported without it
