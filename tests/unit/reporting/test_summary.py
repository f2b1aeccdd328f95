from melanoma.reporting.summary import headline
from tests.unit.reporting.evidence_factory import LEAK, LEAKING, metrics_record

TEST = {
    "n": 118,
    "metrics": {
        "balanced_accuracy": {"value": 0.3512, "ci95": [0.28, 0.43], "n": 118, "method": "bootstrap"},
        "accuracy": {"value": 0.35, "ci95": [0.27, 0.44], "n": 118, "method": "bootstrap"},
    },
    "operating_point": {
        "class": "melanoma", "threshold": 0.1, "chosen_on": "validation", "target_sensitivity": 0.95,
        "sensitivity": {"value": 0.75, "ci95": [0.51, 0.9], "n": 16, "method": "Wilson"},
    },
}  # fmt: skip


def test_every_figure_is_told_with_interval_and_n_and_the_leak_with_its_count():
    assert headline({"classes": list("abcdefghi"), "splits": {"test": TEST}}, LEAK) == [
        "test balanced accuracy: 0.351 [0.280, 0.430], n = 118 (chance 0.111)",
        "test accuracy: 0.350 [0.270, 0.440], n = 118",
        "test melanoma sensitivity at the operating point (threshold 0.100, chosen on validation): "
        "0.750 [0.510, 0.900], n = 16",
        "leak: 0 of 437 validation images (0 %) have a relative in training",
        "leak: 0 of 210 calibration images (0 %) have a relative in training",
        "leak: 0 of 337 test images (0 %) have a relative in training",
    ]


def test_the_leaking_protocol_is_named_as_such():
    lines = headline(metrics_record(), LEAKING)
    assert "leak: 1,247 of 1,348 validation images (92.5 %) have a relative in training" in lines
    assert lines[-1] == "leak: this protocol makes copies before it splits; do not report its validation figures"


def test_without_test_images_it_says_so():
    assert headline({"classes": ["melanoma"], "splits": {}}, {}) == [
        "test: not evaluated, because no image is in the test split"
    ]


def test_without_an_operating_point_there_is_no_line_for_it():
    lines = headline({"classes": ["a", "b"], "splits": {"test": {**TEST, "operating_point": {}}}}, {})
    assert len(lines) == 2
