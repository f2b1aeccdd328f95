from melanoma.reporting.data_flow import read_flow
from tests.unit.reporting.evidence_factory import FLOW


def test_found_less_left_out_is_what_the_splits_hold():
    flow = read_flow(FLOW, "grouped")
    assert flow.remaining == 2786 - 1 - 4 - 3 - 2 == 1792 + 437 + 210 + 337
    assert [label for label, _ in flow.splits] == ["Training", "Validation", "Calibration", "Test"]
    assert flow.note == ""


def test_a_reason_that_left_nothing_out_is_not_shown():
    flow = read_flow([("Found", 5), ("Unreadable", 0), ("train", 5)], "grouped")
    assert flow.left_out == ()


def test_calibration_without_images_is_not_shown():
    flow = read_flow([("Found", 5), ("train", 5), ("calibration", 0), ("test", 0)], "grouped")
    assert flow.splits == (("Training", 5), ("Test", 0))


def test_numbers_that_do_not_add_up_are_told():
    flow = read_flow([("Found", 10), ("Unreadable", 1), ("train", 5), ("test", 3)], "grouped")  # 9 remain, 8 placed
    assert flow.note == "These numbers do not add up: the splits hold 1 images fewer than remain."


def test_copies_made_before_the_split_explain_a_surplus():
    flow = read_flow([("Found", 10), ("train", 25), ("test", 3)], "after_augmentation")
    assert flow.note.startswith("The splits hold 18 images more than remain: augmented copies")


def test_no_steps_are_no_flow():
    assert read_flow([], "grouped") is None
