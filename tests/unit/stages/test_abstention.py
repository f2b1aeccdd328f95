"""Where a model abstains on a picture, the kind of reason and what it rests on are told."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from melanoma.data.decode import Decoded
from melanoma.data.measures import appearance
from melanoma.evaluation.figure import NotEvaluated
from melanoma.evaluation.unlikeness import describe_usual, take_measures
from melanoma.stages.abstention import Judge, judge_of
from melanoma.stages.found_model import FoundModel
from melanoma.training.model_info import ModelInfo

SIZE_PX = 224
NO_RULE = NotEvaluated("calibration has 9 lesions to learn a limit with 2% false alarms; 49 are needed")


def picture(seed=0, shift=(0, 0, 0), side_px=450):
    """Return skin with a lesion whose place, size and colour the seed decides."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:64, :64] - 32 + random.uniform(-5, 5, (2, 1, 1))
    disc = (np.hypot(x, y) < random.uniform(8, 18))[..., None]
    colour = np.where(disc, (110, 70, 60), (215, 175, 155)) + random.normal(0, 8, 3) + np.array(shift)
    thumbnail = (colour + random.normal(0, 4, (64, 64, 3))).clip(0, 255).astype(np.uint8)
    return replace(Decoded.black(SIZE_PX), thumbnail=thumbnail, width=600, height=side_px)


@pytest.fixture(scope="module")
def judge():
    known = appearance.measure(np.stack([picture(seed).thumbnail for seed in range(200)]))
    usual = describe_usual(take_measures(known))
    rule = usual.to_json() | {"limit": 6.0, "false_alarms": 0.02, "learnt_on": "validation", "fitted_on": "calibration"}
    return Judge(SIZE_PX, rule)


def test_a_picture_like_the_models_own_is_not_doubted(judge):
    assert judge.find_doubts([picture(seed) for seed in range(1000, 1020)]) == [None] * 20


def test_a_blue_cast_is_out_of_distribution_with_distance_limit_and_the_measure_that_is_furthest(judge):
    kept, doubted = judge.find_doubts([picture(1), picture(2, (-70, -20, 30))])
    assert kept is None
    assert doubted.kind == "out of distribution"
    assert str(doubted).startswith("out of distribution: looks unlike the model's images, in ")
    assert str(doubted).endswith(", limit 6.0)")


def test_a_poor_picture_is_told_in_the_place_of_what_it_makes_unlike(judge):
    black = replace(Decoded.black(SIZE_PX), width=600, height=450)
    small, dark = judge.find_doubts([picture(side_px=100), black])
    assert (small.kind, dark.kind) == ("poor picture", "poor picture")
    assert str(dark) == "poor picture: nearly black"
    assert "shorter side is 100 pixels" in small.reason


def test_without_a_frozen_limit_poor_pictures_are_still_told_and_the_reason_is_kept(judge):
    bare = Judge(SIZE_PX, NO_RULE)
    doubts = bare.find_doubts([picture(2, (-70, -20, 30)), Decoded.black(SIZE_PX)])
    assert [doubt and doubt.kind for doubt in doubts] == [None, "poor picture"]
    assert bare.describe() == {"no_limit_because": NO_RULE.reason}
    assert judge.describe() == {
        "limit": 6.0,
        "false_alarms": 0.02,
        "learnt_on": "validation",
        "fitted_on": "calibration",
    }


def test_a_limit_on_other_measures_is_none(judge):
    info = ModelInfo(classes=("a", "b"), size_px=SIZE_PX, fit="squash", network="tiny", method="scratch")
    model = FoundModel("a run", Path("model.keras"), info, None, {"out_of_distribution": judge.rule})
    assert judge_of(model) == judge
    other = replace(model, rules={"out_of_distribution": {**judge.rule, "measures": ["brightness"]}})
    assert judge_of(other).rule == NotEvaluated("the model's run measured pictures in another way; run it again")
