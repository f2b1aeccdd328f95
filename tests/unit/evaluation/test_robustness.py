"""Drops are paired with the same pictures unchanged, and images are drawn without a look at what was predicted."""

import numpy as np
import pandas as pd
import pytest

from melanoma.config.evaluate import EvaluateConfig
from melanoma.config.robustness import PerturbationConfig
from melanoma.evaluation.figure import NotEvaluated
from melanoma.evaluation.operating_point import OperatingPoint
from melanoma.evaluation.robustness import Terms, Trial, choose_images, measure_robustness

CLASSES = ("melanoma", "nevus", "vascular lesion")
CONFIG = EvaluateConfig(resamples=400)
POINT = OperatingPoint(0.4, 0.95)
FIGURES = ["accuracy", "balanced_accuracy", "melanoma_auroc", "operating_point_sensitivity"]


def judge(unchanged, *changed, classes=CLASSES, point=POINT):
    trials = [Trial(PerturbationConfig(name="jpeg", strength=10 + n), table) for n, table in enumerate(changed)]
    return measure_robustness(unchanged, trials, Terms(classes, CONFIG, point, 1))


@pytest.fixture
def tested(make_predictions):
    return make_predictions(validation=0, test=90, strength=2.0)


def worsen(table, rows):
    """Return predictions of which some rows give melanoma no probability and nevus what it had."""
    changed = table.copy()
    moved = changed.loc[rows, "probability:melanoma"]
    changed.loc[rows, "probability:nevus"] += moved
    changed.loc[rows, "probability:melanoma"] = 0.0
    chances = changed[[f"probability:{name}" for name in CLASSES]].to_numpy()
    return changed.assign(predicted=np.array(CLASSES)[chances.argmax(axis=1)])


def test_unchanged_pictures_drop_by_nothing_and_nothing_is_shown(tested):
    (tried,) = judge(tested, tested)["perturbations"]
    assert list(tried["metrics"]) == FIGURES
    assert tried["other_prediction"] == 0
    for entry in tried["metrics"].values():
        assert entry["drop"]["value"] == 0
        assert entry["drop"]["ci95"][0] < 0 < entry["drop"]["ci95"][1]


def test_a_drop_is_what_was_right_before_less_what_is_right_after(tested):
    melanomas = tested.index[tested["diagnosis"] == "melanoma"]
    changed = worsen(tested, melanomas)
    record = judge(tested, changed)
    (tried,) = record["perturbations"]
    lost = (tested["predicted"] == tested["diagnosis"])[melanomas].sum()
    found = (tested.loc[melanomas, "probability:melanoma"] >= POINT.threshold).mean()
    drops = {name: entry["drop"] for name, entry in tried["metrics"].items()}
    assert drops["accuracy"]["value"] == pytest.approx(lost / 90)
    assert drops["balanced_accuracy"]["value"] == pytest.approx(lost / 30 / 3)  # 30 of each of three diagnoses
    assert drops["operating_point_sensitivity"]["value"] == pytest.approx(found)
    assert drops["operating_point_sensitivity"]["n"] == 30
    assert all(drop["ci95"][0] > 0 for drop in drops.values())
    for name, entry in tried["metrics"].items():
        assert record["unchanged"][name]["value"] - entry["changed"]["value"] == pytest.approx(drops[name]["value"])


def test_what_cannot_be_told_is_left_out_with_the_reason(tested):
    record = judge(tested, tested, point=NotEvaluated("nothing was frozen"))
    assert record["not_evaluated"] == {"operating_point_sensitivity": "nothing was frozen"}
    assert list(record["unchanged"]) == FIGURES[:3]
    benign = tested[tested["diagnosis"] != "melanoma"]
    record = judge(benign, benign)
    assert list(record["unchanged"]) == FIGURES[:2]
    assert set(record["not_evaluated"]) == set(FIGURES[2:])
    other = tested.rename(columns={"probability:melanoma": "probability:mole"}).replace("melanoma", "mole")
    record = judge(other, other, classes=("mole", *CLASSES[1:]))
    assert record["not_evaluated"] == dict.fromkeys(FIGURES[2:], "melanoma is not among the classes")


def test_the_same_predictions_give_the_same_record(tested):
    changed = worsen(tested, tested.index[:20])
    assert judge(tested, changed) == judge(tested, changed)


def images(**counts):
    names = [f"{name} {number}" for name, count in counts.items() for number in range(count)]
    table = pd.DataFrame({"image_id": names, "split": "test"})
    return table.assign(diagnosis=table["image_id"].str.split().str[0], predicted="nevus")


def test_as_many_of_each_diagnosis_are_drawn_as_there_are():
    drawn = choose_images(images(nevus=500, melanoma=60, vascular=4), 40, 1)
    assert drawn["diagnosis"].value_counts().to_dict() == {"nevus": 18, "melanoma": 18, "vascular": 4}
    assert len(choose_images(images(nevus=5, melanoma=3), 40, 1)) == 8


def test_the_seed_draws_and_neither_order_nor_predictions_do():
    table = images(nevus=50, melanoma=50)
    drawn = set(choose_images(table, 20, 1)["image_id"])
    other = table.sample(frac=1, random_state=3).assign(predicted="melanoma")
    assert set(choose_images(other, 20, 1)["image_id"]) == drawn
    assert set(choose_images(table, 20, 2)["image_id"]) != drawn


def test_only_test_images_are_drawn():
    table = pd.concat([images(nevus=5), images(nevus=9).assign(split="validation", image_id=list("abcdefghi"))])
    assert set(choose_images(table, 40, 1)["split"]) == {"test"}
