import numpy as np
import pandas as pd
import pytest

from melanoma.config.evaluate import EvaluateConfig
from melanoma.evaluation.evaluate import evaluate_predictions
from melanoma.evaluation.parts.subgroups import label_subgroups

CLASSES = ("melanoma", "nevus", "vascular lesion")


def test_ages_fall_into_bands_at_their_lower_edge():
    ages = pd.DataFrame({"age_approx": [0, 29.9, 30, 49.5, 50, 69, 70, 95, np.nan]})
    bands = ["<30", "<30", "30-49", "30-49", "50-69", "50-69", ">=70", ">=70", "unknown"]
    assert list(label_subgroups(ages, "age_band")) == bands


def test_a_missing_value_is_unknown():
    assert list(label_subgroups(pd.DataFrame({"sex": ["male", None, np.nan]}), "sex")) == ["male", "unknown", "unknown"]


@pytest.mark.parametrize("table", [pd.DataFrame({"sex": [None, None]}), pd.DataFrame({"image_id": ["a", "b"]})])
def test_a_column_without_any_value_has_no_subgroups(table):
    assert label_subgroups(table, "sex") is None


def test_accuracy_within_a_subgroup_is_that_of_its_rows(make_predictions):
    table = make_predictions()
    split = evaluate_predictions(table, CLASSES, EvaluateConfig(resamples=100), 1)["splits"]["test"]
    rows = table[(table["split"] == "test") & (table["sex"] == "male")]
    found = split["subgroups"]["sex"]["male"]
    assert found["n"] == found["accuracy"]["n"] == found["accuracy"]["events"] == len(rows)
    assert found["accuracy"]["value"] == pytest.approx((rows["diagnosis"] == rows["predicted"]).mean())
    assert set(split["subgroups"]["sex"]) == {"female", "male", "unknown"}


def test_a_small_subgroup_has_a_note_in_place_of_a_figure(make_predictions):
    table = make_predictions().assign(sex="female")
    table.loc[table.index[-9:], "sex"] = "male"
    split = evaluate_predictions(table, CLASSES, EvaluateConfig(resamples=100), 1)["splits"]["test"]
    assert split["subgroups"]["sex"]["male"] == {"n": 9, "note": "too few"}
    assert "accuracy" in split["subgroups"]["sex"]["female"]


def test_an_absent_subgroup_column_is_named_with_the_reason(make_predictions):
    table = make_predictions().drop(columns=["sex", "age_approx"]).assign(anatom_site_general=None)
    split = evaluate_predictions(table, CLASSES, EvaluateConfig(resamples=100), 1)["splits"]["test"]
    assert split["subgroups"] == {}
    assert {name: why for name, why in split["not_evaluated"].items() if name.startswith("subgroups")} == {
        "subgroups.sex": "no row has a value for sex",
        "subgroups.age_band": "no row has a value for age_band",
        "subgroups.anatom_site_general": "no row has a value for anatom_site_general",
    }
