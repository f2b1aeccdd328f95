import io

import pytest
from matplotlib._pylab_helpers import Gcf
from PIL import Image

from melanoma.reporting.canvas import LONGEST_NAME, short_name
from melanoma.reporting.figures.confusion_matrix import draw_confusion_matrix
from melanoma.reporting.figures.training_curves import draw_training_curves
from melanoma.reporting.report_figures.class_balance import draw_class_balance
from melanoma.reporting.report_figures.metric_intervals import draw_metric_intervals
from melanoma.reporting.report_figures.per_class_sensitivity import draw_per_class_sensitivity
from tests.unit.reporting.evidence_factory import (
    HOSTILE,
    class_rows,
    head_history,
    history_record,
    metrics_record,
    split_record,
)

DRAWINGS = {
    "training_curves": lambda: draw_training_curves(history_record(), 60),
    "training_curves of a head": lambda: draw_training_curves(head_history(), 60),
    "class_balance": lambda: draw_class_balance(class_rows(), 60),
    "confusion_matrix": lambda: draw_confusion_matrix(metrics_record(), "test", 60),
    "metric_intervals": lambda: draw_metric_intervals(metrics_record(), 60),
    "per_class_sensitivity": lambda: draw_per_class_sensitivity(metrics_record(), 60),
}


def open_png(content):
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("name", DRAWINGS)
def test_equal_records_give_equal_bytes_without_date_or_software(name):
    first, second = DRAWINGS[name](), DRAWINGS[name]()
    assert first == second
    assert set(open_png(first).info) <= {"dpi"}


@pytest.mark.parametrize("chosen_by", ["loss", "balanced_loss", "balanced_brier", "balanced_accuracy"])
def test_what_chose_is_drawn(chosen_by):
    history, key = head_history() | {"chosen_by": chosen_by}, f"val_{chosen_by}"
    without = history | {"epochs": [{name: step[name] for name in step if name != key} for step in history["epochs"]]}
    assert draw_training_curves(without, 60) != draw_training_curves(history, 60)


def test_a_figure_leaves_nothing_in_the_state_of_pyplot():
    DRAWINGS["training_curves"]()
    assert Gcf.get_num_fig_managers() == 0


def test_width_in_pixels_is_width_in_inches_times_dots_per_inch():
    assert open_png(draw_training_curves(history_record(), 100)).width == 720  # 7.2 in * 100 per in


def test_a_count_that_changes_changes_the_confusion_matrix():
    metrics = metrics_record(("melanoma", "nevus"), rows=([30, 20], [30, 20]))
    one_more = {**metrics, "splits": {"test": {**metrics["splits"]["test"], "confusion": [[29, 1], [0, 20]]}}}
    assert draw_confusion_matrix(metrics, "test", 60) != draw_confusion_matrix(one_more, "test", 60)


def test_names_that_carry_formulas_code_and_foreign_scripts_are_drawn_without_a_warning():
    assert open_png(draw_confusion_matrix(metrics_record(tuple(HOSTILE)), "test", 60)).format == "PNG"
    assert open_png(draw_class_balance(class_rows(HOSTILE), 60)).format == "PNG"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_beside_a_figure_is_short_and_on_one_line(name):
    assert 0 < len(short_name(name)) <= LONGEST_NAME
    assert short_name(name).isprintable()


def test_letters_that_the_font_lacks_become_boxes():
    assert short_name("皮膚 nevus") == "□□ nevus"


def test_a_single_epoch_is_a_point_that_can_be_seen():
    one, none = draw_training_curves(history_record(1), 60), draw_training_curves({"epochs": []}, 60)
    blue = (0, 114, 178)  # Okabe and Ito's blue
    seen = [{colour for _, colour in open_png(png).convert("RGB").getcolors(10**6)} for png in (one, none)]
    assert blue in seen[0]
    assert blue not in seen[1]


def test_figures_without_data_are_still_pictures():
    nothing = {"classes": ["melanoma", "nevus"], "splits": {}}
    pictures = [draw_metric_intervals(nothing, 60), draw_per_class_sensitivity(nothing, 60)]
    pictures += [draw_confusion_matrix(nothing, "test", 60), draw_class_balance([], 60)]
    assert all(open_png(picture).format == "PNG" for picture in pictures)


def test_a_diagnosis_without_test_images_is_drawn_as_not_evaluated():
    record = split_record(["melanoma", "nevus"], [[0, 0], [3, 17]])
    metrics = {"classes": ["melanoma", "nevus"], "splits": {"test": record}}
    assert "sensitivity" not in record["per_class"]["melanoma"]
    assert open_png(draw_per_class_sensitivity(metrics, 60)).format == "PNG"
    assert open_png(draw_confusion_matrix(metrics, "test", 60)).format == "PNG"


def test_a_head_is_drawn_by_the_strengths_that_were_tried():
    named, other = head_history(), head_history((1.0, 0.5, 0.1, 0.05, 0.01, 0.005, 0.001))
    assert draw_training_curves(named, 60) != draw_training_curves(other, 60)
    assert draw_training_curves(named, 60) != draw_training_curves(named | {"steps_are": "epoch"}, 60)
    assert open_png(draw_training_curves(head_history([0.1 / k for k in range(1, 40)]), 60)).format == "PNG"
