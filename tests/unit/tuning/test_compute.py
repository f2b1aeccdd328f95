"""A trial reports its steps to the study from whichever process it is in, and ends in one of three ways."""

import json
import pickle
import time

import pytest

from melanoma.artifacts.record import Artifact
from melanoma.artifacts.store import Obtained
from melanoma.config.pipeline import PipelineConfig
from melanoma.config.tune import TuneConfig
from melanoma.errors import ModelError
from melanoma.reporting.search_record import COMPLETE, FAILED, PRUNED
from melanoma.stages.trial_plan import TrialPlan
from melanoma.tuning import compute
from melanoma.tuning.compute import TrialJob, compute_trial
from melanoma.tuning.study import StudyPlace, ask_trial, end_trial, open_study


@pytest.fixture
def begin(tmp_path, space, monkeypatch):
    """Return a function that carries out a trial whose folds come to some values, or raise something."""
    place = StudyPlace("tune-x", tmp_path, TuneConfig(prune_from=2))
    study = open_study(place)

    def carry_out(*steps):
        def execute(store, order, around):
            for step, value in enumerate(steps):
                if isinstance(value, Exception):
                    raise value
                order.material.watch(step, value)
            folder = tmp_path / "trial"
            folder.mkdir(exist_ok=True)
            (folder / "trial.json").write_text(json.dumps({"value": steps[-1], "folds": list(steps)}))
            return Obtained(Artifact("trial", "k", "d", folder), reused=False)

        monkeypatch.setattr(compute, "execute", execute)
        asked = ask_trial(study, space, 5, {})
        job = TrialJob(place, asked.trial_id, PipelineConfig(), {}, TrialPlan(2), time.perf_counter, {})
        end = compute_trial(pickle.loads(pickle.dumps(job)))  # noqa: S301  # as it is sent to another process
        end_trial(study, asked, end.state, end.folds, end.problem)
        return end, study.trials[asked.number]

    return carry_out


def test_a_trial_that_is_let_through_is_complete_and_its_steps_are_in_the_study(begin):
    end, trial = begin(0.5, 0.6)
    assert (end.state, end.folds, end.key) == (COMPLETE, (0.5, 0.6), "k")
    assert trial.intermediate_values == {0: 0.5, 1: 0.6}
    assert trial.value == pytest.approx(0.55)


def test_a_trial_behind_the_median_is_stopped(begin):
    begin(0.5, 0.6)
    begin(0.5, 0.8)
    end, trial = begin(0.5, 0.69, 0.9)  # the median of 0.6 and 0.8 is 0.7
    assert (end.state, trial.state.name) == (PRUNED, "PRUNED")
    assert trial.intermediate_values == {0: 0.5, 1: 0.69}
    assert begin(0.5, 0.71)[0].state == COMPLETE


def test_a_model_that_cannot_be_trained_ends_its_trial_and_nothing_else_does(begin):
    end, trial = begin(0.5, ModelError("the loss is not finite"))
    assert (end.state, end.problem) == (FAILED, "the loss is not finite")
    assert trial.state.name == "FAIL"
    with pytest.raises(OSError, match="no space"):
        begin(OSError("no space"))
