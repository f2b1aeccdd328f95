import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from melanoma.config.evaluate import EvaluateConfig
from melanoma.evaluation.agreement import AgreementRequest, explain_agreement
from melanoma.evaluation.evaluate import evaluate_predictions

CLASSES = ("melanoma", "nevus", "vascular lesion")
TWO = ("melanoma", "nevus")
CONFIG = EvaluateConfig(resamples=200)
LEAK = {
    "protocol": "after_augmentation",
    "validation_images": 60,
    "validation_with_relative_in_training": 57,
    "share": 0.95,
    "test_images": 60,
    "test_with_relative_in_training": 0,
    "test_share": 0.0,
}


def statistics_of(table, seed=0):
    values = np.random.default_rng(seed).normal(100, 20, size=(len(table), 4))
    return pd.DataFrame(values, index=table["image_id"], columns=["red", "green", "blue", "sharpness"])


def explain(table, statistics=None, leak=None, classes=CLASSES):
    images = statistics_of(table) if statistics is None else statistics
    record = explain_agreement(AgreementRequest(table, images, classes, leak), CONFIG, 1)
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert all(statement.endswith(".") and "nan" not in statement for statement in record["statements"])
    return record


@pytest.fixture
def alike(make_predictions):
    return make_predictions(150, 150, seed=4)


@pytest.fixture
def unlike(make_predictions):
    good, bad = make_predictions(150, 150, seed=4, strength=5.0), make_predictions(150, 150, seed=5, strength=0.0)
    return pd.concat([good[good["split"] == "validation"], bad[bad["split"] == "test"]])


def test_two_samples_of_one_source_agree(alike):
    record = explain(alike)
    assert record["agree"] is True
    assert record["not_evaluated"] == {}
    assert record["statements"][0].startswith("Accuracy is ")
    assert "the 95 % intervals overlap" in record["statements"][0]


def test_a_model_that_fails_on_test_disagrees(unlike):
    record = explain(unlike)
    assert record["agree"] is False
    assert "the 95 % intervals do not overlap" in record["statements"][0]
    assert record["differences"]["accuracy"]["ci95"][1] < -0.3


def test_the_figures_compared_are_those_of_the_metrics(alike):
    splits = evaluate_predictions(alike, CLASSES, CONFIG, 1)["splits"]
    validation, test = (splits[name]["metrics"]["balanced_accuracy"] for name in ("validation", "test"))
    written = "{value:.3f} [{ci95[0]:.3f}, {ci95[1]:.3f}]"
    expected = f"Balanced accuracy is {written.format(**validation)} on validation and {written.format(**test)} on test"
    assert explain(alike)["statements"][1].startswith(expected)


def test_a_leak_is_said_first(alike):
    first = explain(alike, leak=LEAK)["statements"][0]
    assert first.startswith("The validation figures are not independent of training: 57 of 60 validation images (95 %)")
    assert not explain(alike, leak=LEAK | {"validation_with_relative_in_training": 0})["statements"][0].startswith(
        "The"
    )


def test_a_leak_of_test_is_said_too(alike):
    statements = explain(alike, leak=LEAK | {"test_with_relative_in_training": 3, "test_share": 0.05})["statements"]
    assert statements[1].startswith("The test figures are not independent of training: 3 of 60 test images (5 %)")


def test_reweighting_gives_each_class_its_share_of_test(make_predictions):
    table = make_predictions(150, 150, strength=1.0)
    table = table[(table["split"] == "validation") | (table["diagnosis"] == "melanoma") | (table.index % 5 == 0)]
    validation, test = (table[table["split"] == name] for name in ("validation", "test"))
    recall = (validation["diagnosis"] == validation["predicted"]).groupby(validation["diagnosis"]).mean()
    expected = (recall * test["diagnosis"].value_counts(normalize=True)).sum()
    figure = explain(table)["validation_reweighted_to_test_mix"]
    assert figure["value"] == pytest.approx(expected)
    assert figure["method"].endswith("; weighted to the class mix of test")


def test_a_class_that_validation_lacks_is_left_out_of_the_mix_and_said(alike):
    table = alike[(alike["split"] == "test") | (alike["diagnosis"] != "nevus")]
    method = explain(table)["validation_reweighted_to_test_mix"]["method"]
    assert method.endswith("without 50 of 150 test rows of classes that validation lacks")


def table_of(melanomas, nevi):
    """Return validation and test rows of two classes; each pair is (right, wrong) on validation and on test."""
    counts = [(melanomas[split][wrong], nevi[split][wrong]) for split in range(2) for wrong in range(2)]
    names = [("validation", True), ("validation", False), ("test", True), ("test", False)]
    rows = [
        (split, diagnosis, right)
        for (split, right), numbers in zip(names, counts, strict=True)
        for diagnosis, number in zip(TWO, numbers, strict=True)
        for _ in range(number)
    ]
    table = pd.DataFrame(rows, columns=["split", "diagnosis", "right"])
    called_melanoma = (table["diagnosis"] == "melanoma") == table["right"]
    return table.assign(
        image_id=[f"{i}.jpg" for i in table.index],
        group_id=[str(i) for i in table.index],
        predicted=np.where(called_melanoma, *TWO),
        **{"probability:melanoma": np.where(called_melanoma, 0.9, 0.1)},
        **{"probability:nevus": np.where(called_melanoma, 0.1, 0.9)},
    )


def test_a_gap_by_class_mix_alone_is_called_consistent_with_it():
    record = explain(table_of(melanomas=[(4, 16), (16, 64)], nevi=[(76, 4), (19, 1)]), classes=TWO)
    # sensitivities 0.2 and 0.95: validation 0.2 * 0.2 + 0.8 * 0.95 = 0.80, with the mix of test 0.8 * 0.2 + 0.2 * 0.95
    assert record["validation_reweighted_to_test_mix"]["value"] == pytest.approx(0.35)
    assert any("is consistent with -0.450 of the difference of -0.450" in text for text in record["statements"])


def test_a_class_mix_that_would_raise_the_figure_does_not_account_for_a_fall():
    record = explain(table_of(melanomas=[(4, 16), (1, 9)], nevi=[(76, 4), (45, 45)]), classes=TWO)
    # with the mix of test 0.1 * 0.2 + 0.9 * 0.95 = 0.875, above 0.80; test has 46 of 100 right
    assert record["validation_reweighted_to_test_mix"]["value"] == pytest.approx(0.875)
    assert any("does not account for a difference of -0.340" in text for text in record["statements"])


def test_agreement_needs_balanced_accuracy_too():
    record = explain(table_of(melanomas=[(10, 0), (0, 10)], nevi=[(70, 30), (70, 30)]), classes=TWO)
    accuracy, balanced = record["statements"][:2]
    assert "overlap" in accuracy
    assert "do not overlap" not in accuracy
    assert "do not overlap" in balanced
    assert record["agree"] is False


def test_images_of_one_source_are_not_told_apart(alike):
    two_sample = explain(alike)["two_sample"]
    low, high = two_sample["auroc"]["ci95"]
    assert low < 0.5 < high
    assert "does not tell" in two_sample["meaning"]


def test_images_of_two_sources_are_told_apart(alike):
    statistics = statistics_of(alike)
    statistics.loc[(alike["split"] == "test").to_numpy(), "red"] += 60.0
    two_sample = explain(alike, statistics)["two_sample"]
    assert two_sample["auroc"]["ci95"][0] > 0.9
    assert two_sample["meaning"].endswith("which is consistent with images from different sources.")


def test_another_class_mix_alone_does_not_tell_the_splits_apart(make_predictions):
    table = make_predictions(300, 300)
    rare = np.where(table["split"] == "test", table["diagnosis"] == "melanoma", table["diagnosis"] == "nevus")
    table = table[~rare | (np.arange(600) % 6 < 1)]
    statistics = statistics_of(table)
    statistics.loc[(table["diagnosis"] == "melanoma").to_numpy(), "red"] += 60.0
    low, high = explain(table, statistics)["two_sample"]["auroc"]["ci95"]
    assert low < 0.5 < high


def test_a_class_mix_does_not_add_to_what_tells_the_splits_apart(make_predictions):
    table = make_predictions(600, 600)
    is_test, melanoma = (table["split"] == "test").to_numpy(), (table["diagnosis"] == "melanoma").to_numpy()
    kept = (is_test == melanoma) | (np.arange(1200) % 5 == 0)
    red = np.random.default_rng(1).normal(100, 20, 1200) + 10 * is_test + 80 * melanoma
    statistics = pd.DataFrame({"red": red}, index=table["image_id"])
    area_with_mix = roc_auc_score(is_test[kept], red[kept])
    figure = explain(table[kept], statistics[kept])["two_sample"]["auroc"]
    assert area_with_mix > 0.8
    assert figure["ci95"][1] < 0.65


def test_a_shift_that_the_class_mix_hides_is_found(make_predictions):
    table = make_predictions(600, 600)
    is_test, melanoma = (table["split"] == "test").to_numpy(), (table["diagnosis"] == "melanoma").to_numpy()
    kept = (is_test == melanoma) | (np.arange(1200) % 5 == 0)
    red = np.random.default_rng(1).normal(100, 20, 1200) - 20 * is_test + 60 * melanoma
    statistics = pd.DataFrame({"red": red}, index=table["image_id"])
    assert roc_auc_score(is_test[kept], -red[kept]) < 0.4
    assert explain(table[kept], statistics[kept])["two_sample"]["auroc"]["ci95"][0] > 0.55


def test_copies_do_not_count_in_the_two_sample_test(alike):
    statistics = statistics_of(alike)
    copies = alike[alike["split"] == "validation"].assign(
        parent_id=alike["image_id"], image_id=alike["image_id"] + "#1"
    )
    rotated = statistics.loc[alike["image_id"][:150]].set_axis(copies["image_id"]) - 100.0
    with_copies = explain(pd.concat([alike, copies]), pd.concat([statistics, rotated]))
    assert with_copies["two_sample"] == explain(alike, statistics)["two_sample"]


def test_the_two_sample_test_does_not_depend_on_the_order_of_rows(alike):
    statistics = statistics_of(alike)
    shuffled = explain(alike.sample(frac=1, random_state=2), statistics)
    assert shuffled["two_sample"] == explain(alike, statistics)["two_sample"]


def test_too_few_lesions_for_the_two_sample_test_are_named(alike):
    record = explain(alike, statistics_of(alike).iloc[:158])
    reason = (
        "of the diagnoses that both splits have, 150 validation and 8 test lesions have image statistics, "
        "and 10 of each are needed"
    )
    assert record["not_evaluated"] == {"two_sample": reason}
    assert f"Whether validation and test images are alike was not tested: {reason}." in record["statements"]


def test_the_largest_falls_in_sensitivity_come_in_order(unlike):
    record = explain(unlike)
    falls = [text for text in record["statements"] if "fall in sensitivity" in text]
    by_size = sorted(record["differences"]["sensitivity"].items(), key=lambda item: item[1]["value"])
    assert [name for name, _ in by_size] == [text.split(", ")[1].split(" has the ")[0] for text in falls]
    assert falls[0].startswith(f"Of 3 classes compared, {by_size[0][0]} has the largest fall in sensitivity: ")


def test_a_fall_that_chance_can_give_is_called_so(make_predictions):
    falls = [
        text for text in explain(make_predictions(150, 150, seed=3))["statements"] if "fall in sensitivity" in text
    ]
    assert falls
    assert all("the interval holds 0, so chance can give it" in text for text in falls)


def test_no_statement_claims_a_cause(unlike):
    text = " ".join(explain(unlike, leak=LEAK)["statements"])
    assert not any(word in text.lower() for word in ("because", "caused", "proves", "due to"))


@pytest.mark.parametrize("absent", ["validation", "test"])
def test_without_one_of_the_splits_nothing_is_compared(absent, alike):
    record = explain(alike[alike["split"] != absent])
    assert record == {
        "statements": [f"Validation and test were not compared: there are no {absent} rows to compare."],
        "not_evaluated": {"agree": f"there are no {absent} rows to compare"},
    }


def test_splits_without_a_common_class_are_compared_without_a_mix(alike):
    nevus = alike["diagnosis"] == "nevus"
    record = explain(alike[nevus == (alike["split"] == "test")])
    assert record["not_evaluated"]["validation_reweighted_to_test_mix"] == "validation and test have no class in common"
    assert record["differences"]["sensitivity"] == {}
