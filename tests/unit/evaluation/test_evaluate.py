import json
import math

import numpy as np
import pandas as pd
import pytest

from melanoma.config.evaluate import EvaluateConfig
from melanoma.errors import ModelError
from melanoma.evaluation.evaluate import evaluate_predictions

CLASSES = ("melanoma", "nevus", "vascular lesion")
CONFIG = EvaluateConfig(resamples=100)
METRICS = {
    "accuracy",
    "balanced_accuracy",
    "macro_f1",
    "macro_auroc",
    "melanoma_auroc",
    "melanoma_auprc",
    "melanoma_sensitivity",
    "melanoma_specificity",
    "melanoma_pauc",
    "malignant_auroc",
    "malignant_auprc",
    "malignant_sensitivity",
    "malignant_specificity",
    "kappa",
    "ece",
    "brier",
}
WITHOUT_CALIBRATION = {
    "conformal": "there are no calibration rows to fit prediction sets on",
    "temperature": "there are no calibration rows to fit the temperature on",
}
UNMEASURED = {"out_of_distribution": "what pictures look like has not been measured on validation rows"}


def figures_of(tree):
    if isinstance(tree, dict):
        if "value" in tree:
            yield tree
        else:
            for item in tree.values():
                yield from figures_of(item)


def test_the_record_has_the_shape_of_the_contract(make_predictions):
    record = evaluate_predictions(make_predictions(), CLASSES, CONFIG, 1)
    assert record["classes"] == list(CLASSES)
    assert set(record["splits"]) == {"validation", "test"}
    for split in record["splits"].values():
        assert split["n"] == 60
        assert split["groups"] == 60
        assert set(split["metrics"]) == METRICS
        assert set(split["per_class"]) == set(CLASSES)
        assert set(split["per_class"]["nevus"]) == {"n", "sensitivity", "precision", "f1", "auroc"}
        assert set(split["subgroups"]) == set(CONFIG.subgroups)
        assert set(split["calibration"]) == {"bins", "melanoma"}
        assert set(split["abstention"]) == {"kept", "aurc"}
        assert split["not_evaluated"] == WITHOUT_CALIBRATION | UNMEASURED
        assert split["operating_point"]["class"] == "melanoma"
        assert sum(map(sum, split["confusion"])) == 60


@pytest.mark.parametrize("rows", [10, 60])
def test_the_record_is_plain_json_and_every_interval_holds_its_value(rows, make_predictions):
    record = evaluate_predictions(make_predictions(rows, rows), CLASSES, CONFIG, 1)
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    found = list(figures_of(record))
    assert len(found) > 30
    for figure in found:
        low, high = figure["ci95"]
        assert set(figure) == {"value", "ci95", "n", "events", "method"}
        assert 0 <= figure["events"] <= figure["n"]
        assert low <= figure["value"] <= high
        assert high - low > 1e-6
        assert all(math.isfinite(end) for end in (low, high))
        assert figure["n"] > 0
        assert type(figure["value"]) is float


def test_the_method_names_unit_kind_and_number_of_resamples(make_predictions):
    record = evaluate_predictions(make_predictions(), CLASSES, CONFIG, 1)
    accuracy = record["splits"]["test"]["metrics"]["accuracy"]
    assert accuracy["method"] == "bootstrap over lesions, score interval of their spread, 100 resamples"


def test_figures_depend_on_the_seed_and_not_on_the_order_of_the_rows(make_predictions):
    table = make_predictions()
    record = evaluate_predictions(table, CLASSES, CONFIG, 1)
    shuffled = evaluate_predictions(table.sample(frac=1, random_state=3), CLASSES, CONFIG, 1)
    other = evaluate_predictions(table, CLASSES, CONFIG, 2)
    pairs = list(zip(figures_of(record), figures_of(shuffled), figures_of(other), strict=True))
    assert evaluate_predictions(table, CLASSES, CONFIG, 1) == record
    for one, same, another in pairs:
        assert same["ci95"] == pytest.approx(one["ci95"], abs=1e-12)
        assert another["value"] == one["value"]
    assert any(another["ci95"] != one["ci95"] for one, _, another in pairs)


def test_each_split_has_resamples_of_its_own(make_predictions):
    test = make_predictions(0, 60)
    same = test.assign(split="validation", image_id="copy of " + test["image_id"])
    splits = evaluate_predictions(pd.concat([test, same]), CLASSES, CONFIG, 1)["splits"]
    one, other = (splits[name]["metrics"]["brier"] for name in ("validation", "test"))
    assert one["value"] == pytest.approx(other["value"])
    assert one["ci95"] != other["ci95"]


def test_the_table_is_not_changed(make_predictions):
    table = make_predictions()
    before = table.copy(deep=True)
    evaluate_predictions(table, CLASSES, CONFIG, 1)
    assert table.equals(before)


def test_a_class_without_rows_is_named_and_has_no_figure(make_predictions):
    table = make_predictions()
    table = table[(table["diagnosis"] != "vascular lesion") | (table["split"] == "validation")]
    split = evaluate_predictions(table, CLASSES, CONFIG, 1)["splits"]["test"]
    assert split["per_class"]["vascular lesion"] == {"n": 0}
    assert split["not_evaluated"] == WITHOUT_CALIBRATION | UNMEASURED | {
        "per_class.vascular lesion.auroc": "the split lacks rows of vascular lesion or rows of any other class",
        "per_class.vascular lesion.f1": "the split has no row of vascular lesion",
        "per_class.vascular lesion.precision": "the split has no row of vascular lesion, or none is predicted as it",
        "per_class.vascular lesion.sensitivity": "the split has no row of vascular lesion",
    }


def test_melanoma_figures_are_named_as_absent_where_melanoma_is_no_class(make_predictions):
    classes = ("dermatofibroma", "nevus")
    split = evaluate_predictions(make_predictions(classes=classes), classes, CONFIG, 1)["splits"]["test"]
    assert set(split["metrics"]) == {name for name in METRICS if not name.startswith(("melanoma", "malignant"))}
    assert "operating_point" not in split
    for name in ("melanoma_auroc", "melanoma_auprc", "melanoma_sensitivity", "operating_point"):
        assert split["not_evaluated"][name] == "melanoma is not among the classes"


def test_rows_of_one_class_only_have_no_area_under_a_curve(make_predictions):
    table = make_predictions()
    table = table[(table["diagnosis"] == "melanoma") | (table["split"] == "test")]
    split = evaluate_predictions(table, CLASSES, CONFIG, 1)["splits"]["validation"]
    without = {"macro_auroc", "melanoma_auroc", "melanoma_auprc", "melanoma_pauc", "melanoma_specificity", "kappa"}
    assert without | {"malignant_auroc", "malignant_auprc", "malignant_specificity"} <= set(split["not_evaluated"])
    assert split["not_evaluated"]["operating_point.specificity"] == "the split has no row of any class but melanoma"
    assert "sensitivity" in split["operating_point"]


def test_a_single_image_of_validation_is_evaluated_without_certainty(make_predictions):
    split = evaluate_predictions(make_predictions(1, 30), CLASSES, CONFIG, 1)["splits"]["validation"]
    assert split["n"] == 1
    low, high = split["metrics"]["accuracy"]["ci95"]
    assert high - low > 0.79  # Wilson over one lesion: z^2 / (1 + z^2) = 0.793


@pytest.mark.parametrize(
    ("drop", "reason"),
    [
        (lambda t: t["split"] == "validation", "there are no validation rows to choose the threshold on"),
        (
            lambda t: (t["split"] == "validation") & (t["diagnosis"] == "melanoma"),
            "validation has no row of melanoma to choose the threshold on",
        ),
    ],
)
def test_no_threshold_is_chosen_on_test(drop, reason, make_predictions):
    table = make_predictions()
    split = evaluate_predictions(table[~drop(table)], CLASSES, CONFIG, 1)["splits"]["test"]
    assert "operating_point" not in split
    assert split["not_evaluated"]["operating_point"] == reason


def test_the_threshold_of_validation_is_applied_to_test(make_predictions):
    table = make_predictions()
    splits = evaluate_predictions(table, CLASSES, CONFIG, 1)["splits"]
    point = splits["test"]["operating_point"]
    assert point["threshold"] == splits["validation"]["operating_point"]["threshold"]
    assert (point["chosen_on"], point["target_sensitivity"]) == ("validation", 0.95)
    melanomas = table[(table["split"] == "test") & (table["diagnosis"] == "melanoma")]
    found = (melanomas["probability:melanoma"] >= point["threshold"]).mean()
    assert point["sensitivity"]["value"] == pytest.approx(found)
    assert point["sensitivity"]["n"] == len(melanomas)
    assert "optimistic" not in point["sensitivity"]["method"]
    assert "optimistic" in splits["validation"]["operating_point"]["sensitivity"]["method"]


def test_calibration_rows_are_evaluated_and_choose_only_temperature_and_sets(make_predictions):
    table = make_predictions(validation=120)
    calibration = table["image_id"].isin([f"image_{i}.jpg" for i in range(60, 120)])
    divided = table.assign(split=table["split"].mask(calibration, "calibration"))
    splits = evaluate_predictions(divided, CLASSES, CONFIG, 1)["splits"]
    without = evaluate_predictions(divided[~calibration], CLASSES, CONFIG, 1)["splits"]
    assert list(splits) == ["validation", "calibration", "test"]
    assert splits["calibration"]["n"] == 60
    for name, split in without.items():
        chosen = {part: splits[name][part] for part in WITHOUT_CALIBRATION}
        assert splits[name] == split | chosen | {"not_evaluated": UNMEASURED}


def break_sum(table):
    table.loc[3, "probability:nevus"] += 0.01
    return table


def break_number(table):
    table.loc[3, "probability:nevus"] = np.nan
    return table


def break_range(table):
    table.loc[3, ["probability:melanoma", "probability:nevus", "probability:vascular lesion"]] = [1.2, -0.2, 0.0]
    return table


def break_diagnosis(table):
    table.loc[3, "diagnosis"] = "wart"
    return table


def break_predicted(table):
    table.loc[3, "predicted"] = table.loc[3, [c for c in table if c.startswith("prob")]].astype(float).idxmin()[12:]
    return table


def break_group(table):
    table.loc[3, "group_id"] = None
    return table


def break_identity(table):
    table.loc[4, "image_id"] = table.loc[3, "image_id"]
    return table


def drop_column(table):
    return table.drop(columns="split")


def drop_test(table):
    return table[table["split"] != "test"]


def keep_five(table):
    return pd.concat([table[table["split"] == "validation"], table[table["split"] == "test"].head(5)])


def keep_one_class(table):
    return table[(table["split"] == "validation") | (table["diagnosis"] == "nevus")]


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (break_sum, "probabilities do not sum to 1 for image_3.jpg (1 of 120 rows)"),
        (break_number, "a probability is not a number for image_3.jpg (1 of 120 rows)"),
        (break_range, "a probability is outside 0 to 1 for image_3.jpg (1 of 120 rows)"),
        (break_diagnosis, "diagnosis is none of the model's 3 classes, received wart, for image_3.jpg"),
        (break_predicted, "the predicted class is not the most probable for image_3.jpg"),
        (break_group, "group_id is missing for image_3.jpg"),
        (break_identity, "image_id is there twice for image_3.jpg (1 of 120 rows)"),
        (drop_column, "no column split"),
        (drop_test, "expected rows of split test, received none"),
        (keep_five, "expected 10 images or more of split test, received 5; give more test images"),
        (keep_one_class, "all 20 images of split test are nevus; give test images of another diagnosis too"),
    ],
)
def test_a_table_that_cannot_be_trusted_is_refused_in_one_line(damage, fault, make_predictions):
    table = damage(make_predictions())
    with pytest.raises(ModelError) as refused:
        evaluate_predictions(table, CLASSES, CONFIG, 1)
    message = str(refused.value)
    assert message.startswith(f"predictions: {fault}")
    assert "\n" not in message
    assert "; " in message
