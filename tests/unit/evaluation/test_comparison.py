import pandas as pd
import pytest

from melanoma.config.evaluate import EvaluateConfig
from melanoma.evaluation.comparison import Contest, compare_networks, count_relatives

CONFIG = EvaluateConfig(resamples=300)


@pytest.fixture
def tables(make_predictions):
    """A network that is mostly right, and one that guesses, on the same 90 test images."""
    return tuple(make_predictions(validation=30, test=90, seed=1, strength=strength) for strength in (4.0, 0.0))


def compare(first, second, against="row before", seed=1):
    return compare_networks(Contest("better", "worse", against), first, second, CONFIG, seed)


def test_only_test_images_count(tables):
    first, second = tables
    spoilt = second.assign(predicted=second["predicted"].mask(second["split"] == "validation", "nevus"))
    assert compare(first, second).to_json() == compare(first, spoilt).to_json()
    assert compare(first, second).difference.n == 90


def test_the_values_are_those_of_the_images_that_both_have(tables):
    first, second = tables
    rare = second.drop(second.index[second["split"] == "test"][:30])
    found = compare(first, rare)
    shared = first[first["image_id"].isin(rare["image_id"]) & (first["split"] == "test")]
    recalls = (shared["predicted"] == shared["diagnosis"]).groupby(shared["diagnosis"]).mean()
    assert found.difference.n == 60
    assert found.first.value == pytest.approx(recalls.mean())
    assert found.difference.value == pytest.approx(found.first.value - found.second.value)


def test_a_gain_is_said_with_every_number(tables):
    found = compare(*tables)
    low, high = found.difference.interval
    assert low > 0
    assert found.describe() == (
        f"better against worse, the row before: {found.first} against {found.second}, difference "
        f"{found.difference.value:+.3f} [{low:+.3f}, {high:+.3f}] on 90 images of 90 lesions or groups of like images: "
        "helped."
    )


def test_a_loss_did_not_help_and_no_difference_cannot_be_told(tables):
    first, second = tables
    assert compare(second, first).describe().endswith(": did not help.")
    same = compare(first, first.assign(predicted=first["predicted"]), "baseline").describe()
    assert same.startswith("better against worse, the baseline: ")
    assert same.endswith(": cannot be told with 90 images.")


def test_the_published_network_is_called_leaking(tables):
    assert "worse as published, trained by the leaking protocol: " in compare(*tables, "as published").describe()


def test_the_record_holds_figures_counts_and_the_sentence(tables):
    record = compare(*tables).to_json()
    assert record["verdict"] == "helped"
    assert (record["row"], record["other"], record["against"]) == ("better", "worse", "row before")
    assert (record["n"], record["groups"]) == (90, 90)
    assert record["difference"]["ci95"][0] > 0
    assert record["sentence"].endswith("helped.")


def test_test_images_with_a_relative_in_the_other_training_are_counted(tables):
    tested = tables[0][tables[0]["split"] == "test"]
    trained = pd.DataFrame(
        {
            # The first test image has a copy's relative in training, the second a relative in validation.
            "image_id": [*tested["image_id"][:3], "other", "another"],
            "group_id": ["one", "two", "three", "one", "two"],
            "split": ["test", "test", "test", "train", "validation"],
        }
    )
    assert count_relatives(tables[0], trained) == {"images": 90, "known": 1}
