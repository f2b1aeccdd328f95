import re

import pytest

from melanoma.reporting.report_figures.study_intervals import draw_study_intervals
from melanoma.reporting.study_page import StudyRecord, describe_change, figure_of, render_study_page, state_leaks
from tests.unit.reporting.evidence_factory import HOSTILE
from tests.unit.reporting.html_page import Page
from tests.unit.reporting.study_factory import build_study, one_row

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(40)
STUDIES = {"notebook": build_study(), "one row": one_row(), "hostile": build_study(tuple(HOSTILE))}
EVERY = pytest.mark.parametrize("name", STUDIES)


@pytest.fixture(scope="module")
def pages():
    return {name: Page(render_study_page(StudyRecord("0.0", study, PICTURE))) for name, study in STUDIES.items()}


@EVERY
def test_the_page_is_well_formed_runs_no_script_and_asks_for_nothing(pages, name):
    page = pages[name]
    assert page.open == []
    assert not {tag for tag, _ in page.tags} & {"script", "iframe", "object", "embed", "form", "base", "link"}
    assert all(source.startswith("data:image/") for source in page.values("src"))
    policy = next(a["content"] for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


@EVERY
def test_every_link_has_its_target(pages, name):
    targets = pages[name].values("id")
    assert len(targets) == len(set(targets))
    assert {link[1:] for link in pages[name].values("href")} <= set(targets)


@EVERY
def test_no_value_is_shown_as_a_word_of_the_programming_language(pages, name):
    assert not re.search(r"\b(None|nan|NaN|undefined|True|False)\b", pages[name].text)


def test_each_row_shows_its_figures_size_and_time(pages):
    text = pages["notebook"].text.replace("\N{NO-BREAK SPACE}", " ")
    assert (
        "+Augmentor balance.mode add, balance.images_per_class 500, train.network cnn_dropout "
        "0.860 [0.790, 0.930] accuracy 0.940 [0.870, 1.010] 0.300 [0.230, 0.370] accuracy 0.380 [0.310, 0.450] "
        "0.270 [0.200, 0.340] accuracy 0.350 [0.280, 0.420] 3,989,285 12 min 34 s -0.110 [-0.200, -0.020] did not help"
    ) in text
    assert "as shipped profile default not trained 0.580" in text


def test_a_page_without_leaking_rows_speaks_of_none(pages):
    assert "1 network on the same data. Each" in pages["one row"].text
    assert [name for name in STUDIES if "leaking mark" in pages[name].text] == ["notebook", "hostile"]


def test_each_question_has_its_sentences(pages):
    text = pages["notebook"].text
    for question in ("Did each step help?", "What is gained over the baseline?", "over the published network?"):
        assert question in text
    assert "+BatchNormalization against plain, the row before: 0.300 [0.230, 0.370]" in text
    assert "21 differences are shown." in text
    assert "cannot be told with 98 images" in text


def test_a_figure_leads_to_the_run_that_made_it(pages):
    links = [a["href"] for tag, a in pages["notebook"].tags if tag == "a" and a.get("class") == "number"]
    assert links[:3] == ["#run-1-leaking", "#run-1-clean", "#run-1-clean"]
    assert "20260101-000000-aaaaaaaa" in pages["notebook"].text


def test_a_study_with_nothing_to_compare_asks_no_question(pages):
    text = pages["one row"].text
    assert "help?" not in text
    assert "differences are shown" not in text
    assert "beside it stands" not in text


def test_the_leak_is_put_beside_what_new_images_say():
    sentences = list(state_leaks(build_study()))
    assert sentences[3] == (
        "+Augmentor: the leaking protocol says 0.860 on its validation images, of which 88 % have a relative in "
        "training; clean test says 0.270."
    )
    assert len(sentences) == 8  # seven rows that have both, and what the published network knows
    assert "a relative of 3 of the 98 clean test images" in sentences[-1]
    assert list(state_leaks(one_row())) == []


def test_a_figure_that_is_absent_is_none():
    row = one_row()["rows"][0]
    assert figure_of(row, "leaking", "validation", "accuracy") is None
    assert figure_of(row, "clean", "calibration", "accuracy") is None
    assert figure_of(row, "clean", "test", "accuracy")["n"] == 98


def test_a_list_in_a_change_is_said_in_words():
    change = {"balance": {"operations": [{"name": "rotate", "probability": 0.7}]}}
    assert describe_change({"profile": "seed", "change": change}) == (
        "profile seed, balance.operations name rotate, probability 0.7"
    )


@EVERY
def test_the_figure_is_drawn_the_same_twice(name):
    first = draw_study_intervals(STUDIES[name], dpi=40)
    assert first.startswith(b"\x89PNG")
    assert first == draw_study_intervals(STUDIES[name], dpi=40)
