import pandas as pd

from melanoma.reporting.decisions import count_decisions

POINT = {"class": "melanoma", "threshold": 0.3}
PREDICTIONS = pd.DataFrame(
    {
        "split": ["test"] * 5 + ["validation"],
        "diagnosis": ["melanoma", "melanoma", "nevus", "nevus", "nevus", "melanoma"],
        "probability:melanoma": [0.3, 0.29, 0.31, 0.1, 0.0, 0.9],
    }
)


def test_test_images_at_or_above_the_threshold_are_suspected():
    metrics = {"splits": {"test": {"operating_point": POINT}}}
    expected = {"true_positive": 1, "false_positive": 1, "false_negative": 1, "true_negative": 2}
    assert count_decisions(PREDICTIONS, metrics) == expected


def test_without_a_threshold_or_a_test_split_there_is_no_decision():
    assert count_decisions(PREDICTIONS, {"splits": {"test": {}}}) == {}
    assert count_decisions(PREDICTIONS, {"splits": {}}) == {}
