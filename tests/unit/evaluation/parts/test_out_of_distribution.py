"""Of pictures like the model's own no more than the stated share is called unlike; of others many are."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from melanoma.data.measures.appearance import COLUMNS
from melanoma.evaluation.figure import NotEvaluated
from melanoma.evaluation.part import all_parts
from melanoma.evaluation.parts.out_of_distribution import FEWEST, PART, evaluate_limit, freeze_limit
from melanoma.evaluation.unlikeness import measure_distance, read_usual, take_measures

SCALE = np.where(np.arange(len(COLUMNS)) < 6, 255, 1) / 10


@pytest.fixture
def picture_split(draw_split):
    """Return a maker of splits with measures of pictures, heavy in their tails; a shift moves them all."""

    def draw(name, size, seed=0, shift=0.0, **settings):
        split = draw_split(name, size, seed=seed, **settings)
        values = (np.random.default_rng(seed + 500).standard_t(5, (size, len(COLUMNS))) + shift) * SCALE
        return replace(split, table=pd.DataFrame(values, columns=list(COLUMNS)))

    return draw


def test_it_is_found_among_the_parts():
    assert PART in all_parts()


def test_over_many_calibration_sets_the_stated_share_is_called_unlike(picture_split):
    shares = []
    test = picture_split("test", 4000, seed=999)
    for seed in range(60):
        rule = freeze_limit(
            {
                "validation": picture_split("validation", 200, seed=1000 + seed),
                "calibration": picture_split("calibration", 99, seed=seed, false_alarms=0.05),
            }
        )
        distances = measure_distance(take_measures(test.table), read_usual(rule))
        shares.append((distances > rule["limit"]).mean())
    # The limit is the 95th of 99 distances, rank (99 + 1) * 0.95: 5 of 100 on average, of 60 sets within 0.01.
    assert np.mean(shares) == pytest.approx(0.05, abs=0.01)


def test_pictures_from_elsewhere_are_called_unlike_and_the_share_has_an_interval(picture_split):
    known = {name: picture_split(name, 300, seed) for seed, name in enumerate(("validation", "calibration"))}
    rule = freeze_limit(known)
    shares = {
        shift: evaluate_limit(picture_split("test", 300, seed=9, shift=shift), rule)["unlike"] for shift in (0.0, 2.0)
    }
    assert shares[0.0].value < 0.06
    assert shares[2.0].value > 0.5
    assert shares[2.0].interval[0] <= shares[2.0].value <= shares[2.0].interval[1]
    assert "the limit was fitted on these rows" in evaluate_limit(known["calibration"], rule)["unlike"].method
    assert "what is usual was learnt from these rows" in evaluate_limit(known["validation"], rule)["unlike"].method


def test_copies_of_a_lesion_do_not_make_the_limit_surer(picture_split):
    calibration = picture_split("calibration", 60)
    doubled = replace(
        calibration,
        table=pd.concat([calibration.table] * 5, ignore_index=True),
        rows=replace(
            calibration.rows,
            **{
                name: np.concatenate([getattr(calibration.rows, name)] * 5)
                for name in ("truth", "predicted", "probabilities", "groups")
            },
        ),
    )
    validation = picture_split("validation", 100, seed=5)
    rules = [freeze_limit({"validation": validation, "calibration": one}) for one in (calibration, doubled)]
    assert rules[0] == rules[1]


def test_no_diagnosis_is_looked_at(picture_split):
    known = {name: picture_split(name, 100, seed) for seed, name in enumerate(("validation", "calibration"))}
    others = {
        name: replace(split, rows=replace(split.rows, truth=split.rows.truth[::-1])) for name, split in known.items()
    }
    assert freeze_limit(known) == freeze_limit(others)


def test_too_few_lesions_and_absent_measures_have_a_reason(picture_split, draw_split):
    validation, calibration = picture_split("validation", FEWEST), picture_split("calibration", 49)
    assert "limit" in freeze_limit({"validation": validation, "calibration": calibration})  # 49 / 50 = 0.98
    reasons = [
        freeze_limit(splits).reason
        for splits in (
            {"calibration": calibration},
            {"validation": picture_split("validation", FEWEST - 1), "calibration": calibration},
            {"validation": validation, "calibration": picture_split("calibration", 48)},
            {"validation": draw_split("validation", FEWEST), "calibration": calibration},
        )
    ]
    assert reasons == [
        "there are no validation rows to learn from what pictures usually look like",
        "validation has 59 lesions to learn what pictures usually look like; 60 are needed",
        "calibration has 48 lesions to learn a limit with 2% false alarms; 49 are needed",
        "what pictures look like has not been measured on validation rows",
    ]
    rule = freeze_limit({"validation": validation, "calibration": calibration})
    assert isinstance(evaluate_limit(draw_split("external", 50), rule), NotEvaluated)
