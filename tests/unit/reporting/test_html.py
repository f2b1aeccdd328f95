import re
from dataclasses import replace

import pytest

from melanoma.reporting.html import render_html
from melanoma.reporting.rule import all_rules
from melanoma.reporting.verdict import judge
from tests.unit.reporting.evidence_factory import LEAK, STAGES, build_evidence, draw_all, head_history, metrics_record
from tests.unit.reporting.html_page import Page
from tests.unit.reporting.study_factory import build_study

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(40)


@pytest.fixture(scope="module")
def pages(sound, leaking, empty, hostile):
    studied = replace(sound, study=build_study(), figures={**sound.figures, "study_intervals": PICTURE})
    runs = {"sound": sound, "leaking": leaking, "empty": empty, "hostile": hostile, "studied": studied}
    return {name: Page(render_html(evidence)) for name, evidence in runs.items()}


EVERY = pytest.mark.parametrize("run", ["sound", "leaking", "empty", "hostile", "studied"])


@EVERY
def test_the_page_is_well_formed_and_runs_no_script(pages, run):
    tags = {tag for tag, _ in pages[run].tags}
    assert pages[run].open == []
    assert not tags & {"script", "iframe", "object", "embed", "form", "base", "link"}
    assert not [name for _, attributes in pages[run].tags for name in attributes if name.startswith("on")]


@EVERY
def test_the_page_asks_for_nothing_but_itself(pages, run):
    assert all(source.startswith("data:image/") for source in pages[run].values("src"))
    assert all(target.startswith("#") for target in pages[run].values("href"))
    policy = next(a["content"] for t, a in pages[run].tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


@EVERY
def test_every_link_has_its_target_and_every_target_one_name(pages, run):
    targets = pages[run].values("id")
    assert len(targets) == len(set(targets))
    assert {link[1:] for link in pages[run].values("href")} <= set(targets)


@EVERY
def test_no_value_is_shown_as_a_word_of_the_programming_language(pages, run):
    assert not re.search(r"\b(None|nan|NaN|undefined|True|False)\b", pages[run].text)


@EVERY
def test_it_says_that_it_is_no_medical_device_at_the_top_and_in_limits(pages, run):
    text = pages[run].text
    assert text.count("Research software, not a medical device") >= 3
    assert text.index("Research software, not a medical device") < text.index("What was asked")


@EVERY
def test_every_section_has_content(pages, run):
    for title in ("Data", "Training", "Results", "Examples", "Limits", "Configuration", "Provenance"):
        assert title in pages[run].text


def test_every_headline_figure_leads_to_the_stage_that_made_it(pages, sound):
    assert {f"stage-{stage}" for stage in STAGES} <= set(pages["sound"].values("id"))
    numbers = [a for t, a in pages["sound"].tags if t == "a" and a.get("class") == "number"]
    per_split = 16 + 4 * 9 + 7  # metrics, figures of each diagnosis, operating point
    subgroups = 3  # with a figure, of the last split
    changed_pictures = 4 + 7 * 4  # four figures unchanged, and of each of seven changes
    heat_maps = 1  # how they were made
    # and four and the weakest diagnosis in the summary
    assert len(numbers) == 2 * per_split + subgroups + changed_pictures + heat_maps + 4 + 1
    makers = ("evaluate", "robustness", "explain")
    assert {number["href"] for number in numbers} == {f"#stage-{stage}" for stage in makers}


def test_every_metric_stands_with_interval_and_n_for_both_splits(pages, sound):
    for split in ("validation", "test"):
        for entry in sound.split(split)["metrics"].values():
            low, high = entry["ci95"]
            assert f"{entry['value']:.3f} [{low:.3f}, {high:.3f}]" in pages["sound"].text


def test_the_leaking_protocol_has_a_red_box_with_its_share_and_both_accuracies(pages, leaking):
    text = pages["leaking"].text
    assert "This protocol leaks" in text
    assert "92.5 %" in text  # 1247 / 1348
    assert "1,247 of 1,348" in text
    for split in ("validation", "test"):
        assert f"{leaking.figure(split, 'accuracy')['value']:.3f}" in text
    assert "Red. Do not rely on these figures" in text


def test_no_leak_is_claimed_only_where_none_was_measured(pages, sound):
    assert "No leak" in pages["sound"].text
    some = {**LEAK, "validation_with_relative_in_training": 3, "share": 3 / 437}
    text = Page(render_html(replace(sound, leak=some))).text
    assert "No leak" not in text
    assert "3 of 437 validation images (0.7 %)" in text  # 3 / 437 = 0.0069
    assert "Leak not measured" in pages["empty"].text


def test_the_rules_of_the_traffic_light_are_written_out(pages):
    assert "The 95 % interval of test balanced accuracy does not lie above chance" in pages["sound"].text
    unjudged = 3  # gaps of subgroups, calibration slope, source of the test images
    assert pages["sound"].text.count("does not apply") == len(all_rules()) - unjudged
    assert pages["sound"].text.count("not measured in this run") == unjudged


def test_a_long_name_of_a_subgroup_is_cut(sound):
    entry = {"n": 12, "accuracy": {"value": 0.5, "ci95": [0.2, 0.8], "n": 12, "method": "bootstrap"}}
    gap = {"best": "x" * 900, "worst": "y" * 900, "accuracy": entry["accuracy"]}
    gaps = {part: {"source_collection": gap} for part in ("subgroup_gaps", "standardised_gaps")}
    test = {**sound.split("test"), "subgroups": {"source_collection": {"x" * 900: entry, "y" * 900: entry}}, **gaps}
    splits = {**sound.metrics["splits"], "test": test}
    text = Page(render_html(replace(sound, metrics={**sound.metrics, "splits": splits}))).text
    assert "Source collection" in text
    for letter in "xy":
        assert letter * 50 in text
        assert letter * 201 not in text


def test_hostile_names_stay_text(pages, hostile):
    assert "<script>document.title='owned'</script>" in pages["hostile"].text
    assert "{{ 7*7 }}" in pages["hostile"].text
    copies = sum(image.kind == "augmented" for image in hostile.gallery)  # each beside its source
    heat_maps = 8
    assert len(pages["hostile"].values("src")) == len(hostile.gallery) + copies + 9 + len(hostile.figures) + heat_maps


def test_a_missing_split_is_said_to_be_missing(sound):
    metrics = metrics_record()
    without_test = {**metrics, "splits": {"validation": metrics["splits"]["validation"]}}
    text = Page(render_html(replace(sound, metrics=without_test))).text
    assert "There is no test split" in text
    assert "Headline figures on validation" in text


def test_what_was_not_evaluated_for_one_reason_stands_together(sound):
    missing = {"conformal": "ten lesions lack", "macro_auroc": "no melanoma", "temperature": "ten lesions lack"}
    splits = {**sound.metrics["splits"], "test": {**sound.metrics["splits"]["test"], "not_evaluated": missing}}
    page = Page(render_html(replace(sound, metrics={**sound.metrics, "splits": splits})))
    assert len(re.findall("Test: Conformal ?; Temperature ten lesions lack", page.text)) == 1
    assert "Test: Macro AUROC no melanoma" in page.text


def test_failed_expectations_are_open_and_first(pages):
    text = pages["sound"].text
    assert "3 of 4 met" in text
    assert text.index("3 of 2566 unexpected") < text.index("0 of 2566 unexpected")


def test_a_long_quarantine_is_cut_and_counted(sound):
    files = [{"image_id": f"{k}.jpg", "reason": "cut off"} for k in range(60)]
    assert "And 10 more, in quarantine.csv" in Page(render_html(replace(sound, quarantine=files))).text


def test_the_file_is_small_at_print_resolution():
    evidence = build_evidence()
    assert len(render_html(replace(evidence, figures=draw_all(evidence, 200)))) < 1.5e6


def test_equal_evidence_gives_an_equal_page(sound):
    assert render_html(sound) == render_html(sound)


def test_of_a_head_it_says_which_strength_was_kept_and_not_which_epoch():
    text = Page(render_html(build_evidence(history=head_history()))).text
    training = text[text.index("Parameters") : text.index("Arithmetic")]
    assert "linear head on frozen features" in training
    assert re.search(r"Strengths tried\s*7\b", training)
    assert re.search(r"L2 strength\s*0\.01 by the balanced Brier score of validation images", training)
    assert "poch" not in training


def test_where_nothing_chose_the_weights_it_says_that_the_last_were_kept(sound):
    last = {**sound.history, "best_epoch": 17, "chosen_by": None}
    assert re.search(r"Weights kept\s*epoch 17 the last\b", Page(render_html(replace(sound, history=last))).text)
    assert re.search(r"Weights kept\s*epoch 11 by the loss of validation images", Page(render_html(sound)).text)


def test_joined_networks_stand_apart_so_that_a_line_breaks_between_them():
    joined = {**head_history(), "network": "efficientnet_lite0+efficientnet_lite1"}
    assert "efficientnet_lite0 + efficientnet_lite1" in Page(render_html(build_evidence(history=joined))).text


def test_a_study_of_the_same_data_is_a_section_of_its_own(pages):
    text = pages["studied"].text
    assert "The notebook's case study, done right: 8 networks on these data, side by side." in text
    assert "+BatchNormalization against plain, the row before: 0.300 [0.230, 0.370]" in text
    assert "#study" in pages["studied"].values("href")
    assert "study" not in pages["sound"].values("id")


def test_a_number_names_artifact_task_run_setting_seed_and_code_of_its_stage(pages, sound):
    evaluate = next(row for row in sound.provenance if row["stage"] == "evaluate")
    number = next(a for t, a in pages["sound"].tags if t == "a" and a.get("class") == "number")
    assert number["href"] == "#stage-evaluate"
    for part in (
        f"artifact {evaluate['digest'][:12]}", f"task run {evaluate['task_run_id']}", "evaluate.resamples 2000",
        "seed 123", f"code {evaluate['code'][:12]}",
    ):  # fmt: skip
        assert part in number["title"]


def test_the_row_of_a_stage_leads_to_its_settings_and_its_inputs(pages, sound):
    targets = pages["sound"].values("href")
    assert {"#config-evaluate", "#config-train", "#stage-train"} <= set(targets)
    for row in sound.provenance:
        assert row["code"] in pages["sound"].text
        assert row["digest"] in pages["sound"].text


def test_sources_are_told_and_where_the_data_are_silent_it_says_so(pages, sound):
    text = pages["sound"].text
    assert "Hospital Clínic de Barcelona CC-BY-NC 2,400 2,390" in text
    assert "not stated CC-0 386 386" in text
    silent = replace(sound, sources=[{"attribution": "", "license": "", "images": 9, "used": 9}])
    assert "neither whom the images are from nor under which licence" in Page(render_html(silent)).text


def test_the_flow_ends_with_what_the_threshold_decides_of_test_images(pages):
    text = pages["sound"].text
    assert "169 Not suspected 5 melanoma , missed 164 other" in text
    assert "168 Suspected 51 melanoma 117 other" in text
    assert "Not suspected" not in pages["empty"].text


def test_the_opening_says_what_the_threshold_misses(pages):
    text = pages["sound"].text
    assert "At its threshold it misses 5 of 56 melanomas, and suspects 117 of 281 other lesions." in text


def test_skin_tone_is_a_limit_only_where_it_is_not_known(pages, sound):
    limit = "Skin tone is not part of the records"
    assert limit in pages["sound"].text
    assert limit not in Page(render_html(replace(sound, cohort={**sound.cohort, "skin_type": {"II": 9}}))).text


def test_every_remedy_of_a_rule_that_applies_is_beside_it(pages, leaking):
    verdict = judge(leaking)
    assert len(verdict.applied) == 2
    assert "Then one step more" in pages["leaking"].text
    for rule, _ in verdict.applied:
        assert f"Next: {rule.remedy}" in pages["leaking"].text
    assert pages["sound"].text.count("Next: ") == 0
