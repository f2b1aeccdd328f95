from dataclasses import replace

import pytest

from melanoma.reporting.checklist import STATES, answer_checklists
from melanoma.reporting.reporting_checklist import render_reporting_checklist
from tests.unit.reporting.evidence_factory import COHORT, LEAK, SOURCES, build_evidence

# As the guidelines count them; a letter is a part of an item.
ITEMS = {"TRIPOD+AI": 27, "STARD-AI": 40, "CLAIM, update of 2024": 44, "CLEAR Derm": 25}
# The parts of items, as the published tables letter them.
PARTS = {
    "TRIPOD+AI": "3abc 5ab 6abc 8abc 9abc 12abcdefg 18abcdef 20abc 23ab 27abc",
    "STARD-AI": "15abcd 16abc 17ab 26ab 40ab",
    "CLAIM, update of 2024": "",
    "CLEAR Derm": "",
}
KNOWN = {**COHORT, "skin_type": {"II": 300, "V": 12}}


def answers_of(evidence, name):
    """The answers of one guideline by the item's number."""
    answered = {entry.checklist.name: entry for entry in answer_checklists(evidence)}[name]
    return {item.number: answer for item, answer in answered.answers}


@pytest.mark.parametrize("name", ITEMS)
def test_each_guideline_has_all_its_items_in_order(sound, name):
    parted = {part.rstrip("abcdefg"): part.lstrip("0123456789") for part in PARTS[name].split()}
    numbers = map(str, range(1, ITEMS[name] + 1))
    assert list(answers_of(sound, name)) == [n + letter for n in numbers for letter in parted.get(n) or [""]]


def test_a_guideline_whose_numbers_could_not_be_checked_says_so(sound):
    heads = {part.splitlines()[0]: part.split("| Item |")[0] for part in render_reporting_checklist(sound).split("## ")}
    told = {name for name in ITEMS if "as far as it is known here: check them against it." in heads[name]}
    assert told == {"CLEAR Derm"}


def test_where_a_models_outputs_are_and_how_it_fails_is_told_to_stard_ai(sound, empty):
    answers = answers_of(sound, "STARD-AI")
    digest = next(row["digest"] for row in sound.provenance if row["stage"] == "evaluate")
    assert answers["40b"].state == "filled"
    assert digest[:12] in answers["40b"].text
    assert (answers["23"].state, "Skin type is not known" in answers["23"].text) == ("partly", True)
    assert answers["13"].text.endswith("Name cameras and dermatoscopes.")
    assert answers_of(empty, "STARD-AI")["40b"].state == "partly"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "number 11 of 17 epochs, chosen by the loss of validation images"),
        ({"chosen_by": None, "best_epoch": 17}, "the last of 17 epochs, chosen by nothing"),
    ],
)
def test_claim_is_told_by_what_the_weights_were_chosen(sound, change, said):
    answer = answers_of(replace(sound, history={**sound.history, **change}), "CLAIM, update of 2024")["26"]
    assert said in answer.text


@pytest.mark.parametrize("run", ["sound", "leaking", "empty", "hostile"])
def test_every_answer_says_where_or_what_is_missing(request, run):
    for answered in answer_checklists(request.getfixturevalue(run)):
        assert all(item.topic and answer.text.strip() for item, answer in answered.answers)
        assert sum(answered.count(state) for state in STATES) == len(answered.answers)


def test_a_run_that_recorded_nothing_fills_no_item(empty):
    assert [answered.count("filled") for answered in answer_checklists(empty)] == [0] * len(ITEMS)


def test_an_answer_quotes_the_runs_own_figures(sound):
    answer = answers_of(sound, "CLAIM, update of 2024")["38"]
    assert answer.state == "filled"
    point = sound.split("test")["operating_point"]
    assert f"{point['sensitivity']['value']:.3f}" in answer.text
    assert "0.911 [0.836, 0.986], n = 56" in answer.text  # 1.96 sqrt(0.911 * 0.089 / 56) = 0.075


def test_sources_are_filled_only_if_each_image_has_one_and_a_licence(sound):
    some = answers_of(sound, "CLAIM, update of 2024")["7"]
    assert (some.state, "2,400 of 2,786 images" in some.text) == ("partly", True)
    every = replace(sound, sources=SOURCES[:1])
    assert answers_of(every, "CLAIM, update of 2024")["7"].state == "filled"
    none = replace(sound, sources=[{"attribution": "", "license": "", "images": 5, "used": 5}])
    assert answers_of(none, "CLAIM, update of 2024")["7"].state == "partly"


def test_subgroups_are_filled_only_if_each_was_measured_and_skin_type_is_known(sound):
    assert answers_of(sound, "CLEAR Derm")["23"].state == "partly"
    assert "Skin type is not known" in answers_of(sound, "CLEAR Derm")["23"].text
    asked = {**sound.config, "evaluate": {**sound.config["evaluate"], "subgroups": ["sex", "age_band"]}}
    known = replace(sound, cohort=KNOWN, config=asked)
    assert answers_of(known, "CLEAR Derm")["23"].state == "filled"
    more = {**asked, "evaluate": {**asked["evaluate"], "subgroups": ["sex", "age_band", "site"]}}
    assert "Not: site" in answers_of(replace(known, config=more), "CLEAR Derm")["23"].text


def test_a_partition_that_leaks_is_never_filled(sound, leaking):
    assert answers_of(sound, "TRIPOD+AI")["12a"].state == "filled"
    assert answers_of(leaking, "TRIPOD+AI")["12a"].state == "partly"
    related = replace(sound, leak={**LEAK, "test_with_relative_in_training": 1})
    assert "1 images have a relative" in answers_of(related, "TRIPOD+AI")["12a"].text


def test_a_part_of_the_evaluation_is_filled_only_where_it_was_measured(sound):
    assert answers_of(sound, "CLAIM, update of 2024")["30"].state == "partly"
    splits = sound.metrics["splits"]
    robustness = {"jpeg": {"accuracy": {"value": -0.02, "ci95": [-0.05, 0.01], "n": 337, "method": "paired"}}}
    test = {**splits["test"], "robustness": robustness}
    measured = replace(sound, metrics={**sound.metrics, "splits": {**splits, "test": test}})
    assert "1 figures on test" in answers_of(measured, "CLAIM, update of 2024")["30"].text


def test_a_head_is_not_said_to_have_been_trained_by_an_optimizer(sound):
    told = answers_of(replace(sound, history={**sound.history, "method": "head", "head": "linear"}), "CLEAR Derm")["19"]
    assert told.state == "filled"
    assert "linear head" in told.text
    assert "learning rate" not in told.text
    assert "learning rate 0.001" in answers_of(sound, "CLEAR Derm")["19"].text


@pytest.mark.parametrize("run", ["sound", "empty", "hostile"])
def test_the_file_is_a_table_per_guideline_and_names_stay_text(request, run):
    text = render_reporting_checklist(request.getfixturevalue(run))
    assert "Research software, not a medical device" in text
    assert all(f"## {name}" in text for name in ITEMS)
    assert "<script" not in text
    for row in (line for line in text.splitlines() if line.startswith("| ")):
        assert row.replace("\\|", "").count("|") in (5, 6)


def test_equal_evidence_gives_an_equal_file():
    assert render_reporting_checklist(build_evidence()) == render_reporting_checklist(build_evidence())
