import re

import pytest

from melanoma.config.balance import BalanceConfig, OperationConfig
from melanoma.reporting.balance_page import (
    MOST_COPIES,
    MOST_PICTURES,
    BalancedClass,
    BalanceRecord,
    Family,
    describe_operation,
    families_per_class,
    render_balance_page,
)
from tests.unit.reporting.evidence_factory import HOSTILE
from tests.unit.reporting.html_page import Page

PICTURE = b"\xff\xd8" + bytes(40)
LEAK = {"protocol": "grouped", "share": 0.0}


def family(image_id="Train/nevus/ISIC_0000001.jpg", copies=3, made=7):
    return Family(image_id, PICTURE, (PICTURE,) * copies, made)


def record(*classes, leak=LEAK, **config):
    return BalanceRecord("0.0", BalanceConfig(**config), classes, leak)


SOUND = record(
    BalancedClass("melanoma", 4, 96, (family(), family("Train/melanoma/ISIC_0000002.jpg", copies=1, made=1))),
    BalancedClass("nevus", 1200, 0, (family(copies=0, made=0),)),
    images_per_class=100,
)
RECORDS = {
    "sound": SOUND,
    "empty": record(),
    "none": record(BalancedClass("nevus", 3, 0, (family(copies=0, made=0),)), mode="none", operations=()),
    "leaking": record(
        BalancedClass("nevus", 0, 20, (family(),)), mode="add", leak={**LEAK, "protocol": "x", "share": 1}
    ),
    "hostile": record(*(BalancedClass(name, 1, 300, (family(name),)) for name in HOSTILE)),
}
EVERY = pytest.mark.parametrize("name", RECORDS)


@pytest.fixture(scope="module")
def pages():
    return {name: Page(render_balance_page(entry)) for name, entry in RECORDS.items()}


@EVERY
def test_the_page_is_well_formed_runs_no_script_and_asks_for_nothing(pages, name):
    page = pages[name]
    assert page.open == []
    assert not {tag for tag, _ in page.tags} & {"script", "iframe", "object", "embed", "form", "base", "link"}
    assert all(source.startswith("data:image/") for source in page.values("src"))
    assert all(re.fullmatch(r"#[a-z0-9-]+", target) for target in page.values("href"))
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


def test_counts_before_and_after_stand_in_the_table_with_their_sum(pages):
    text = pages["sound"].text
    assert "melanoma 4 96 100" in text
    assert "nevus 1,200 0 1,200" in text
    assert "All 1,204 96 1,300" in text
    assert "Training had 1,204 images before and has 1,300 after: 96 copies." in text


def test_each_original_stands_before_its_copies(pages):
    text = pages["sound"].text
    assert "original Train/nevus/ISIC_0000001.jpg copy 1 copy 2 copy 3 of 7 original Train/melanoma" in text
    assert len(pages["sound"].values("src")) == (1 + 3) + (1 + 1) + 1


def test_a_class_that_is_almost_only_copies_is_marked(pages):
    assert "few images 96 copies of 4 images show no new lesion." in pages["sound"].text
    assert pages["sound"].text.count("few images") == 1


def test_the_policy_is_shown_in_its_order(pages):
    text = pages["sound"].text.replace("\N{NO-BREAK SPACE}", " ")
    assert "flip left right 50 % flip top bottom 50 % rotate random 90 75 % rotate 70 %" in text
    assert "No operation: a copy is its original once more." in pages["none"].text


def test_an_operations_options_read_as_text():
    zoom = OperationConfig(name="zoom", probability=0.5, options={"min_factor": 1, "max_factor": 1.5})
    assert describe_operation(zoom) == ("zoom", 0.5, "min factor 1, max factor 1.5")


def test_the_mode_is_said_in_words(pages):
    assert "Each class is filled up with copies to 100 images" in pages["sound"].text
    assert "No copies are made." in pages["none"].text
    assert "leaks Images were split after augmentation" in pages["leaking"].text


def test_hostile_names_stay_text(pages):
    assert HOSTILE[0] in pages["hostile"].text
    assert max(map(len, pages["hostile"].values("alt"))) <= 140


def test_the_page_stays_small_however_many_classes_there_are():
    picture = b"\xff\xd8" + bytes(12_000)  # as large as a thumbnail of pure noise
    for classes in (1, 30, 60, 2000):
        most = families_per_class(classes)
        assert most * classes * (1 + MOST_COPIES) <= MOST_PICTURES
        shown = tuple(Family("image", picture, (picture,) * MOST_COPIES, 9) for _ in range(most))
        page = render_balance_page(record(*(BalancedClass(f"class {n}", 3, 9, shown) for n in range(classes))))
        assert len(page.encode()) < 8_000_000


def test_equal_records_give_an_equal_page():
    assert render_balance_page(SOUND) == render_balance_page(SOUND)
