"""Planted challengers: better, worse, equal, and those that too few images tell apart."""

from itertools import pairwise

import numpy as np
import pytest

from melanoma.config.gates import GatesConfig
from melanoma.evaluation.figure import Figure, NotEvaluated
from melanoma.evaluation.operating_point import OperatingPoint
from melanoma.registry.decision import decide, refuse_unseen
from melanoma.registry.gate import Compared, all_gates, judge_gates, judge_loss

GATES = [name for name in GatesConfig.model_fields if name != "external"]
NO_POINT = NotEvaluated("validation has no row of melanoma")


def verdicts(match, config=None):
    return {result.gate: result.verdict for result in judge_gates(match, config or GatesConfig())}


def test_every_gate_has_settings_and_every_setting_a_gate():
    assert [gate.name for gate in all_gates()] == sorted(GATES)


def test_a_better_challenger_passes_every_gate(predict, match):
    found = judge_gates(
        match(predict(0.95, seed=2), predict(0.7), rates=(90.0, 110.0), others=(100.0, 100.0)), GatesConfig()
    )
    assert {result.verdict for result in found} == {"passed"}
    decision = decide(found)
    assert decision.action == "promote"
    assert decision.reason == "passed: balanced_accuracy, calibration, latency, melanoma_sensitivity, worst_subgroup"


def test_a_worse_challenger_is_called_worse(predict, match):
    found = {r.gate: r for r in judge_gates(match(predict(0.5, seed=2), predict(0.8)), GatesConfig())}
    for gate in ("balanced_accuracy", "melanoma_sensitivity", "worst_subgroup"):
        assert (found[gate].verdict, found[gate].finding) == ("failed", "worse")
        assert found[gate].difference.interval[1] < 0
    decision = decide(tuple(found.values()))
    assert decision.action == "refuse"
    assert decision.reason.startswith("balanced_accuracy: balanced accuracy 0.")


def test_the_same_predictions_are_shown_to_be_not_worse_by_enough_images(predict, match):
    same = predict(0.8, size=1200)
    found = judge_gates(match(same, same, rates=(10.0,), others=(10.0,)), GatesConfig())
    assert {r.gate: r.verdict for r in found} == dict.fromkeys(GATES, "passed")
    assert all(result.difference.value == 0 for result in found if result.gate != "latency")


def test_few_images_show_nothing_so_that_the_champion_stays_and_it_is_said_how_many_would(predict, match):
    same = predict(0.8, size=30)
    (found,) = (r for r in judge_gates(match(same, same), GatesConfig()) if r.gate == "balanced_accuracy")
    assert (found.verdict, found.finding) == ("failed", "not shown to be not worse")
    low = found.difference.interval[0]
    needed = 30 * (-low / 0.03) ** 2  # the width shrinks with the root of n; value 0, margin 0.03
    assert f"; about {needed:,.0f} images would tell" in found.sentence


@pytest.mark.parametrize(
    ("interval", "better", "verdict", "finding"),
    [
        ((-0.02, 0.1), True, "passed", "not worse"),
        ((-0.03, 0.1), True, "failed", "not shown to be not worse"),
        ((-0.2, 0.1), True, "failed", "not shown to be not worse"),
        ((-0.2, -0.1), True, "failed", "worse"),
        ((-0.02, -0.01), True, "passed", "not worse"),
        ((-0.1, 0.02), False, "passed", "not worse"),
        ((-0.1, 0.03), False, "failed", "not shown to be not worse"),
        ((0.05, 0.1), False, "failed", "worse"),
    ],
)
def test_the_whole_interval_must_lie_within_the_margin(interval, better, verdict, finding):
    figure = Figure(0.5, (0.4, 0.6), 100, "", 30)
    compared = Compared("accuracy", figure, figure, Figure(sum(interval) / 2, interval, 100, "", 30))
    found = judge_loss("g", compared, 0.03, larger_is_better=better)
    assert (found.verdict, found.finding) == (verdict, finding)


def test_no_loss_at_all_passes_a_margin_of_nothing():
    figure = Figure(1.0, (1.0, 1.0), 9, "", 30)
    assert judge_loss("g", Compared("x", figure, figure, Figure(0.0, (0.0, 0.0), 9, "", 30)), 0.0).verdict == "passed"


def test_a_margin_moves_the_verdict_and_a_gate_that_is_off_is_not_asked(predict, match):
    against = match(predict(0.76, seed=2), predict(0.8))
    wide = GatesConfig.model_validate({"balanced_accuracy": {"margin": 0.2}})
    off = GatesConfig.model_validate({"balanced_accuracy": {"enabled": False}})
    assert verdicts(against)["balanced_accuracy"] == "failed"
    assert verdicts(against, wide)["balanced_accuracy"] == "passed"
    assert verdicts(against, off)["balanced_accuracy"] == "off"


def test_the_first_must_beat_chance_and_nothing_else_is_asked_of_it(predict, match):
    good, poor = verdicts(match(predict(0.6), None)), judge_gates(match(predict(1 / 3), None), GatesConfig())
    assert good.pop("balanced_accuracy") == "passed"
    assert set(good.values()) == {"not judged"}
    assert "is not shown to be above chance, 0.333; there is no champion yet" in poor[0].sentence
    assert decide(poor).action == "refuse"


def test_each_model_is_judged_at_its_own_threshold(predict, match):
    predictions = predict(0.8)
    # The champion calls every row melanoma, the challenger none, though both give the same probabilities.
    found = {
        r.gate: r
        for r in judge_gates(
            match(predictions, predictions, point=OperatingPoint(0.99, 0.95), other_point=OperatingPoint(0.0, 0.95)),
            GatesConfig(),
        )
    }["melanoma_sensitivity"]
    assert (found.challenger.value, found.champion.value, found.difference.value) == (0.0, 1.0, -1.0)
    assert found.finding == "worse"
    assert found.difference.n == 200
    assert "on 200 melanomas" in found.sentence


def test_a_challenger_without_a_threshold_fails_and_a_champion_without_one_is_no_measure(predict, match):
    predictions = predict(0.8)
    assert verdicts(match(predictions, predictions, point=NO_POINT))["melanoma_sensitivity"] == "failed"
    assert verdicts(match(predictions, predictions, other_point=NO_POINT))["melanoma_sensitivity"] == "not judged"


def test_rows_without_melanoma_or_metadata_leave_their_gates_unjudged(predict, match):
    bare = predict(0.8, classes=("melanoma", "nevus")).assign(sex=None, age_approx=np.nan, anatom_site_general=None)
    nevi = bare[bare["diagnosis"] == "nevus"]
    found = {r.gate: r.sentence for r in judge_gates(match(nevi, nevi), GatesConfig()) if r.verdict == "not judged"}
    assert found == {
        "melanoma_sensitivity": "no judged row is melanoma",
        "worst_subgroup": "no known subgroup has 10 judged rows",
        "latency": "the rates were not measured",
    }


def test_a_better_mean_does_not_hide_a_subgroup_that_fails(predict, match):
    champion, challenger = predict(0.8), predict(0.8).copy()
    is_male = challenger["sex"] == "male"
    wrong = {"melanoma": "nevus", "nevus": "vascular lesion", "vascular lesion": "melanoma"}
    challenger["predicted"] = challenger["diagnosis"].where(~is_male, challenger["predicted"])
    men = challenger.index[is_male & (challenger["predicted"] == challenger["diagnosis"])][:60]
    challenger.loc[men, "predicted"] = challenger.loc[men, "diagnosis"].map(wrong)
    found = {r.gate: r for r in judge_gates(match(challenger, champion), GatesConfig())}
    assert found["balanced_accuracy"].difference.value < 0.01
    assert found["worst_subgroup"].verdict == "failed"
    assert "sex male" in found["worst_subgroup"].sentence


def test_a_subgroup_that_the_champions_predictions_do_not_know_is_judged_all_the_same(predict, match):
    champion, challenger = predict(0.8), predict(0.8).copy()
    dark = challenger.index % 5 == 0
    wrong = {"melanoma": "nevus", "nevus": "vascular lesion", "vascular lesion": "melanoma"}
    challenger.loc[dark, "predicted"] = challenger.loc[dark, "diagnosis"].map(wrong)
    told = challenger.assign(fitzpatrick_skin_type=np.where(dark, "V", "II"), attribution="a clinic")
    found = {r.gate: r for r in judge_gates(match(told, champion), GatesConfig())}["worst_subgroup"]
    assert found.verdict == "failed"
    assert "fitzpatrick_skin_type V" in found.sentence
    assert (found.challenger.value, found.challenger.n) == (0, 120)  # 600 / 5


def test_an_overconfident_challenger_fails_calibration_alone(predict, match):
    champion, challenger = predict(0.8), predict(0.8)
    names = [name for name in challenger if name.startswith("probability:")]
    sharp = challenger[names].to_numpy() ** 8
    challenger[names] = sharp / sharp.sum(axis=1, keepdims=True)
    found = verdicts(match(challenger, champion, rates=(1.0,), others=(1.0,)))
    assert found.pop("calibration") == "failed"
    assert "failed" not in [found["balanced_accuracy"], found["worst_subgroup"], found["latency"]]


@pytest.mark.parametrize(("rates", "verdict"), [((50.0, 60.0, 40.0), "passed"), ((40.0, 45.0, 80.0), "failed")])
def test_half_the_rate_is_fast_enough_by_the_middle_of_the_rounds(predict, match, rates, verdict):
    # Medians of the ratios to 100 a second: 0.5 and 0.45.
    predictions = predict(0.8)
    found = judge_gates(match(predictions, predictions, rates=rates, others=(100.0,) * 3), GatesConfig())
    assert {r.gate: r.verdict for r in found}["latency"] == verdict


def test_a_wide_margin_never_refuses_what_a_narrow_one_lets_through(predict, match):
    against = match(predict(0.78, seed=3), predict(0.8))
    for gate in all_gates():
        passed = [gate.judge(against, margin).verdict == "passed" for margin in (0.0, 0.02, 0.05, 0.1, 0.3)]
        assert all(wide or not narrow for narrow, wide in pairwise(passed)), gate.name


def test_what_no_gate_could_judge_is_not_promoted(predict, match):
    everything_off = GatesConfig.model_validate({name: {"enabled": False} for name in GATES})
    decision = decide(judge_gates(match(predict(0.9), predict(0.5)), everything_off))
    assert (decision.action, decision.reason) == ("refuse", "no gate had anything to judge")
    assert refuse_unseen("no row in common").to_json() == {
        "action": "refuse",
        "reason": "no row in common",
        "gates": [],
    }
