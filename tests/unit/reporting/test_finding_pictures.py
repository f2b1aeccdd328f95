"""Which images of a finding are shown: every kind, those that belong together side by side, a bounded number."""

import pandas as pd
import pytest

from melanoma.reporting.finding_pictures import MOST_IN_GROUP, choose_pictures

NO_PICTURE = {"broken.jpg"}


def choose(most, **columns):
    count = len(columns["image_id"])
    rows = {
        "check": ["c"] * count, "group": [None] * count, "diagnosis": ["nevus"] * count,
        "publisher_split": [None] * count, "excluded": [False] * count, "relabelled_to": [None] * count,
        "detail": [""] * count,
    }  # fmt: skip
    listed = pd.DataFrame(rows | columns)
    return choose_pictures(listed, lambda image: None if image in NO_PICTURE else image.encode(), most)


def ids(shown):
    return [[card.image_id for card in group.cards] for group in shown.groups]


def test_single_images_come_in_turn_from_each_diagnosis():
    shown = choose(3, image_id=list("abcd"), diagnosis=["nevus", "nevus", "nevus", "wart"])
    assert ids(shown) == [["a"], ["d"], ["b"]]
    assert (shown.shown, shown.images, shown.all_groups) == (3, 4, 0)


def test_groups_come_in_turn_from_each_combination_of_diagnoses():
    shown = choose(
        4,
        image_id=list("abcdef"),
        group=["1", "1", "2", "2", "3", "3"],
        diagnosis=["nevus", "wart", "nevus", "wart", "nevus", "melanoma"],
    )
    assert ids(shown) == [["a", "b"], ["e", "f"]]
    assert (shown.shown, shown.images, shown.all_groups) == (4, 6, 3)


def test_of_a_large_group_each_side_and_diagnosis_is_shown_and_the_rest_counted():
    count = 20
    shown = choose(
        12,
        image_id=[f"{n:02d}" for n in range(count)],
        group=["1"] * count,
        publisher_split=["train"] * 19 + ["test"],
        diagnosis=["nevus"] * 18 + ["wart", "nevus"],
    )
    (group,) = shown.groups
    assert (len(group.cards), group.images) == (MOST_IN_GROUP, count)
    assert {"18", "19"} <= {card.image_id for card in group.cards}


@pytest.mark.parametrize("most", [4, 5, 8])
def test_never_more_images_are_shown_than_asked_for(most):
    shown = choose(most, image_id=[str(n) for n in range(30)], group=[str(n // 3) for n in range(30)])
    assert shown.shown <= most
    assert all(len(group.cards) == 3 for group in shown.groups)


def test_an_image_that_cannot_be_shown_has_no_picture_and_keeps_its_words():
    shown = choose(2, image_id=["broken.jpg"], detail=["cut off"], diagnosis=[None], excluded=[True])
    card = shown.groups[0].cards[0]
    assert (card.picture, card.detail, card.diagnosis, card.excluded) == (None, "cut off", "", True)


def test_what_is_said_of_all_images_of_a_group_is_said_once():
    alike = choose(4, image_id=["a", "b"], group=["1", "1"], detail=["same", "same"])
    apart = choose(4, image_id=["a", "b"], group=["1", "1"], detail=["one", "other"])
    assert (alike.groups[0].detail, apart.groups[0].detail) == ("same", "")
