import numpy as np
import pandas as pd
import pytest

from melanoma.config.evaluate import EvaluateConfig
from melanoma.errors import ModelError
from melanoma.evaluation.compare_models import Entrant, compare_models
from melanoma.evaluation.compare_statements import state_comparison, state_limits

CONFIG = EvaluateConfig(resamples=300)
CLASSES = ("melanoma", "basal cell carcinoma", "nevus")


def table(strength, seed, size=240):
    """Return predictions of three classes that are right the more often, the stronger the signal."""
    truth = np.arange(size) % 3
    both = np.random.default_rng(9).normal(size=(size, 3))
    noise = np.random.default_rng(seed).normal(size=(size, 3))
    scores = np.exp(both + noise + strength * (truth[:, None] == range(3)))
    chances = scores / scores.sum(axis=1, keepdims=True)
    names = [f"image {n}" for n in range(size)]
    known = {"image_id": names, "group_id": names, "diagnosis": np.array(CLASSES)[truth], "split": "test"}
    columns = {f"probability:{name}": chances[:, c] for c, name in enumerate(CLASSES)}
    return pd.DataFrame({**known, "predicted": np.array(CLASSES)[chances.argmax(axis=1)], **columns})


def compare(first, second, thresholds=(0.3, 0.3)):
    return compare_models(*(Entrant(t, p) for t, p in zip((first, second), thresholds, strict=True)), CONFIG, 1)


def figures(found):
    return {figure["name"]: figure for figure in found["figures"]}


def test_a_model_that_is_better_is_found_in_every_kind_of_figure():
    found = compare(table(2.5, 1), table(0.5, 2))
    better = {name: figure["better"] for name, figure in figures(found).items()}
    for name in ("accuracy", "balanced_accuracy", "macro_f1", "macro_auroc", "melanoma_auroc", "brier"):
        assert better[name] == "first", name
    assert figures(found)["brier"]["difference"]["value"] < 0 < figures(found)["brier"]["gain"]["value"]
    assert figures(found)["melanoma_auroc"]["test"] == "DeLong"
    assert figures(found)["accuracy"]["test"].startswith("McNemar")
    assert state_comparison(found)[0].startswith("A is better than B in balanced accuracy (A - B +")


def test_models_that_are_equally_good_are_seldom_told_apart():
    told = [
        sum(f["holds_after_correction"] for f in compare(table(1, 2 * n), table(1, 2 * n + 1))["figures"])
        for n in range(1, 31)
    ]
    assert sum(count > 0 for count in told) <= 4  # 5 % of 30 is 1.5, with a deviation of 1.2


def test_a_model_against_itself_differs_in_nothing():
    found = compare(table(1, 1), table(1, 1))
    assert {figure["better"] for figure in found["figures"]} == {"cannot be told"}
    assert all(figure["p"] == 1 for figure in found["figures"])
    assert state_comparison(found)[0].startswith("No figure tells A from B after Holm's correction for 9 figures")


def test_the_other_way_round_it_is_the_opposite():
    there, back = (figures(compare(*pair)) for pair in ((table(2, 1), table(1, 2)), (table(1, 2), table(2, 1))))
    for name, figure in there.items():
        assert back[name]["difference"]["value"] == pytest.approx(-figure["difference"]["value"])
        assert back[name]["p"] == pytest.approx(figure["p"], abs=1e-9)


def test_differing_test_sets_are_compared_on_what_is_common_and_told():
    found = compare(table(1, 1), table(1, 2).iloc[40:])
    assert (found["images"]["first"], found["images"]["second"], found["images"]["common"]) == (240, 200, 200)
    assert "only 200 that both have are compared" in state_limits(found)[0]


def test_relatives_in_training_make_a_comparison_unfair():
    known = table(1, 2).assign(has_relative=np.arange(240) < 7)
    found = compare(table(1, 1).assign(has_relative=False), known)
    assert found["images"]["relatives"] == [0, 7]
    assert state_limits(found) == [
        "B has trained on a relative of 7 of the 240 images: its figures are, if anything, too high, and the "
        "comparison is not fair."
    ]


def test_without_a_frozen_threshold_there_is_no_operating_point():
    found = compare(table(1, 1), table(1, 2), (0.3, None))
    assert "operating_sensitivity" not in figures(found)
    assert found["not_evaluated"]["operating_point"].startswith("not both models have frozen an operating point")


def test_no_common_image_is_one_clear_line():
    other = table(1, 2).assign(image_id=[f"other {n}" for n in range(240)])
    with pytest.raises(ModelError, match="no image of 240 and 240 is in both test sets"):
        compare(table(1, 1), other)
