import numpy as np
import pandas as pd
import pytest

from melanoma.config.evaluate import EvaluateConfig
from melanoma.evaluation.evaluate import evaluate_predictions
from melanoma.evaluation.parts.subgroups import MOST_GROUPS, OTHERS, label_subgroups

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


@pytest.mark.parametrize(
    ("table", "collections"),
    [
        ({"attribution": ["a clinic", None, "another"]}, ["a clinic", "unknown", "another"]),
        ({"source": ["ham/rosendahl", "isic", None]}, ["ham/rosendahl", "isic", "unknown"]),
        ({"source": ["x", "x", "y"], "attribution": ["a clinic", None, "another"]}, ["a clinic", "x", "another"]),
    ],
)
def test_the_collection_is_whom_the_data_name_or_else_the_source(table, collections):
    assert list(label_subgroups(pd.DataFrame(table), "source_collection")) == collections


def test_the_smallest_of_very_many_groups_are_one_group_and_unknown_is_none_of_them():
    # 500 clinics; of the first 20, clinic n has 21 - n further rows. 11 keep their names, 489 are all others.
    clinics = [f"clinic {n:03d}" for n in range(500)]
    names = [*clinics, *(name for n, name in enumerate(clinics[:20]) for _ in range(21 - n)), *[None] * 100]
    labels = label_subgroups(pd.DataFrame({"attribution": names}), "source_collection")
    assert labels.value_counts().to_dict() == {
        **{f"clinic {n:03d}": 22 - n for n in range(11)},
        "unknown": 100,
        "all others": 480 + sum(22 - n for n in range(11, 20)),
    }


def test_equal_groups_are_kept_by_name_and_as_many_as_a_table_holds_are_all_kept():
    names = [f"{n:02d}" for n in range(MOST_GROUPS + 1)]
    most = label_subgroups(pd.DataFrame({"source": names[:0:-1]}), "source_collection")
    assert list(most) == names[:0:-1]
    too_many = label_subgroups(pd.DataFrame({"source": names[::-1]}), "source_collection")
    assert list(too_many) == [OTHERS, OTHERS, *names[-3::-1]]


def test_skin_types_have_figures_from_the_lightest_to_the_darkest(make_predictions):
    types = np.array(["VI", "V", "IV", "III", "II", "I", None], dtype=object)
    table = make_predictions(test=105)
    table["fitzpatrick_skin_type"] = types[np.arange(len(table)) % len(types)]
    split = evaluate_predictions(table, CLASSES, EvaluateConfig(resamples=100), 1)["splits"]["test"]
    found = split["subgroups"]["fitzpatrick_skin_type"]
    assert list(found) == ["I", "II", "III", "IV", "V", "VI", "unknown"]
    assert all(entry["n"] == 15 and "accuracy" in entry for entry in found.values())  # 105 / 7
    for part in ("subgroup_gaps", "standardised_gaps"):
        gap = split[part]["fitzpatrick_skin_type"]
        assert {gap["best"], gap["worst"]} < {"I", "II", "III", "IV", "V", "VI"}


def test_age_bands_rise_and_what_is_not_known_comes_last(make_predictions):
    table = make_predictions(test=100)
    table["age_approx"] = np.resize([80, 60, 40, 20, np.nan], len(table))
    split = evaluate_predictions(table, CLASSES, EvaluateConfig(resamples=100), 1)["splits"]["test"]
    assert list(split["subgroups"]["age_band"]) == ["<30", "30-49", "50-69", ">=70", "unknown"]


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
    absent = ["sex", "age_approx", "fitzpatrick_skin_type"]
    table = make_predictions().drop(columns=absent).assign(anatom_site_general=None, attribution=None)
    split = evaluate_predictions(table, CLASSES, EvaluateConfig(resamples=100), 1)["splits"]["test"]
    assert split["subgroups"] == {}
    assert {name: why for name, why in split["not_evaluated"].items() if name.startswith("subgroups")} == {
        "subgroups.sex": "no row has a value for sex",
        "subgroups.age_band": "no row has a value for age_band",
        "subgroups.anatom_site_general": "no row has a value for anatom_site_general",
        "subgroups.fitzpatrick_skin_type": "no row has a value for fitzpatrick_skin_type",
        "subgroups.source_collection": "no row has a value for source_collection",
    }
