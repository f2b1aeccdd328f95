import pandas as pd
import pytest

from melanoma.evaluation.cases import choose_cases, draw_rows


@pytest.fixture
def predictions():
    """Test rows of which melanomas m1 and m2 and the nevus n1 are wrong, m2 more surely; and a validation row."""
    rows = [
        ("m1", "test", "melanoma", "nevus", 0.6),
        ("m2", "test", "melanoma", "nevus", 0.9),
        ("m3", "test", "melanoma", "melanoma", 0.7),
        ("n1", "test", "nevus", "melanoma", 0.8),
        ("n2", "test", "nevus", "nevus", 0.7),
        ("v1", "validation", "nevus", "melanoma", 0.99),
    ]
    table = pd.DataFrame(rows, columns=["image_id", "split", "diagnosis", "predicted", "p"])
    is_melanoma = table["predicted"] == "melanoma"
    chances = table["p"].where(is_melanoma, 1 - table["p"])
    return table.assign(**{"probability:melanoma": chances, "probability:nevus": 1 - chances}).drop(columns="p")


def ids(cases):
    return {kind: rows["image_id"].tolist() for kind, rows in cases.items()}


def test_errors_are_the_most_confident_and_melanomas_stand_apart(predictions):
    assert ids(choose_cases(predictions, 5, 1)) == {
        "right": ["m3", "n2"],
        "wrong": ["n1"],
        "missed melanoma": ["m2", "m1"],
    }
    assert ids(choose_cases(predictions, 1, 1))["missed melanoma"] == ["m2"]


def test_only_test_rows_are_shown_with_the_probability_of_what_was_predicted(predictions):
    cases = pd.concat(choose_cases(predictions, 5, 1).values())
    assert set(cases["split"]) == {"test"}
    assert cases.set_index("image_id").loc["m2", "probability"] == pytest.approx(0.9)


def test_rows_are_drawn_by_the_seed(predictions):
    drawn = [draw_rows(predictions, 3, seed)["image_id"].tolist() for seed in range(8)]
    assert drawn[0] == draw_rows(predictions, 3, 0)["image_id"].tolist()
    assert len({tuple(names) for names in drawn}) > 1
    assert all(names == sorted(names) for names in drawn)
