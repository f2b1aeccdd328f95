"""Predictions of a known model are what their settings say; every law is checked with scikit-learn or by counting."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from melanoma.config.synthetic import SyntheticScoresConfig
from melanoma.data.synthetic.scores import CLASSES, draw_predictions, draw_statistics
from melanoma.data.synthetic.traits import DIAGNOSES
from melanoma.evaluation.check_predictions import check_predictions

LARGE = {"validation": 1, "calibration": 0, "test": 30_000}


def draw(**settings):
    table = draw_predictions(SyntheticScoresConfig.model_validate({**LARGE, **settings}))
    return table[table["split"] == "test"]


def slope_of(table):
    """Return the calibration slope of melanoma, fitted by scikit-learn."""
    stated = table["probability:melanoma"].clip(1e-9, 1 - 1e-9)
    logits = np.log(stated / (1 - stated)).to_numpy()[:, None]
    fitted = LogisticRegression(C=np.inf).fit(logits, table["diagnosis"] == "melanoma")
    return float(fitted.coef_[0, 0])


def accuracy_of(table):
    return float((table["diagnosis"] == table["predicted"]).mean())


def test_a_table_can_be_evaluated_and_the_same_seed_draws_it_again():
    config = SyntheticScoresConfig(validation=40, calibration=20, test=60)
    table = draw_predictions(config)
    check_predictions(table, CLASSES)
    assert table["split"].value_counts().to_dict() == {"test": 60, "validation": 40, "calibration": 20}
    pd.testing.assert_frame_equal(table, draw_predictions(config))
    assert table.groupby("group_id")[["diagnosis", "sex", "split"]].nunique().max().max() == 1


def test_nothing_planted_is_calibrated_and_has_the_mix_of_the_drawn_set():
    table = draw()
    melanomas = (table["diagnosis"] == "melanoma").mean()
    assert table["probability:melanoma"].mean() == pytest.approx(melanomas, abs=0.008)
    assert slope_of(table) == pytest.approx(1, abs=0.06)
    shares = table["diagnosis"].value_counts(normalize=True)
    assert {name: shares[name] for name in CLASSES} == pytest.approx(
        {name: diagnosis.share for name, diagnosis in DIAGNOSES.items()}, abs=0.015
    )


@pytest.mark.parametrize("sharpness", [0.5, 2.0])
def test_logits_of_a_sharpness_are_multiplied_by_it_and_the_order_is_kept(sharpness):
    plain, planted = draw(test=300), draw(test=300, sharpness=sharpness)
    ratios = [np.log(table["probability:melanoma"] / table["probability:nevus"]) for table in (plain, planted)]
    np.testing.assert_allclose(ratios[1], sharpness * ratios[0], rtol=1e-6)
    assert (plain["predicted"] == planted["predicted"]).all()


def test_odds_of_melanoma_are_multiplied():
    plain, planted = (draw(test=300, melanoma_odds=times)["probability:melanoma"] for times in (1, 3))
    np.testing.assert_allclose(planted / (1 - planted), 3 * plain / (1 - plain), rtol=1e-6)


def test_only_the_harder_group_is_harder_and_the_model_knows_how_sure_it_may_be():
    plain, planted = draw(), draw(harder_group="female")
    women, men = (planted[planted["sex"] == sex] for sex in ("female", "male"))
    assert accuracy_of(men) == accuracy_of(plain[plain["sex"] == "male"])
    assert accuracy_of(women) < accuracy_of(men) - 0.2
    assert slope_of(women) == pytest.approx(1, abs=0.12)


def test_another_camera_makes_test_harder_than_the_model_believes():
    table = draw(test_separation=1.5)
    assert accuracy_of(table) < accuracy_of(draw()) - 0.1
    assert slope_of(table) < 0.85


def test_image_statistics_of_test_move_only_where_they_are_told_to():
    for shift in (0.0, 0.7):
        config = SyntheticScoresConfig(validation=5000, test=5000, test_statistics=shift)
        table = draw_predictions(config)
        means = draw_statistics(table, config).groupby(table["split"].to_numpy()).mean()
        expected = [shift, 0, 0, 0]
        assert (means.loc["test"] - means.loc["validation"]).tolist() == pytest.approx(expected, abs=0.1)
