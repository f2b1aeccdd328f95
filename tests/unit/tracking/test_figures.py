"""Numbers of a run: curves by epoch, and figures with the ends of their intervals."""

from melanoma.tracking.figures import Measured, list_curves, list_figures


def _figure(value, low, high):
    return {"value": value, "ci95": [low, high], "n": 9, "method": "bootstrap"}


def test_a_figure_is_three_numbers_and_those_of_calibration_rows_are_left_out():
    metrics = {
        "splits": {
            "test": {"n": 4, "metrics": {"accuracy": _figure(0.5, 0.25, 0.75)}},
            "calibration": {"metrics": {"accuracy": _figure(0.9, 0.8, 1.0)}},
        }
    }
    assert list_figures(metrics) == [
        Measured("test/accuracy", 0.5),
        Measured("test/accuracy_low", 0.25),
        Measured("test/accuracy_high", 0.75),
    ]


def test_figures_of_a_class_and_of_the_operating_point_keep_where_they_belong_in_names_that_mlflow_takes():
    split = {
        "per_class": {"nevus (common)/blue": {"n": 3, "auroc": _figure(1, 1, 1)}},
        "operating_point": {"threshold": 0.2, "sensitivity": _figure(0.9, 0.8, 1)},
    }
    names = [measured.name for measured in list_figures({"splits": {"validation": split}})]
    assert names[0] == "validation/operating_point/sensitivity"
    assert names[3] == "validation/per_class/nevus -common--blue/auroc"


def test_a_curve_has_a_number_per_epoch_and_what_is_no_number_is_left_out():
    epochs = [
        {"epoch": 1, "loss": 0.5, "phase": "frozen", "l2": None},
        {"epoch": 2, "loss": float("nan"), "val_loss": 2},
    ]
    assert list_curves({"epochs": epochs}) == [Measured("loss", 0.5, 1), Measured("val_loss", 2.0, 2)]


def test_each_network_of_an_ensemble_has_its_curves_and_the_first_has_them_once():
    first, second = ({"epochs": [{"epoch": 1, "loss": loss}]} for loss in (0.5, 0.25))
    history = {**first, "members": [first, second]}
    assert list_curves(history) == [Measured("loss", 0.5, 1), Measured("network_2/loss", 0.25, 1)]


def test_a_run_without_epochs_has_no_curves():
    assert list_curves({}) == []
