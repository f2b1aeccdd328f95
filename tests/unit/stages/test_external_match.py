"""Which images of a set from elsewhere challenger and champion are judged on, and what is said of the others."""

import pytest

from melanoma.errors import UsageError
from melanoma.stages.external_match import ScoredSet, pair_external, require_external
from tests.unit.stages.external_factory import external_artifact


def pair(store, change=lambda table: table, **values):
    first = external_artifact(store, "first", notes=["mole: 400 images, scored as nevus"])
    return pair_external(ScoredSet("clinic", first, external_artifact(store, "second", change=change, **values)))


def test_both_are_judged_on_the_same_images_in_the_same_order(workshop):
    found = pair(workshop.store, lambda table: table.sample(frac=1, random_state=3))
    assert found.challenger["image_id"].tolist() == found.champion["image_id"].tolist()
    assert (found.document["judged"], found.document["reason"]) == (400, None)
    assert found.document["notes"] == ["challenger: mole: 400 images, scored as nevus"]


def test_what_one_has_met_or_calls_otherwise_is_left_out_for_both_and_told(workshop):
    def change(table):
        table = table[30:].reset_index(drop=True)
        table.loc[:9, "diagnosis"] = "dermatofibroma"
        return table

    found = pair(workshop.store, change, notes=["30 images were there when the model was made"])
    assert len(found.challenger) == len(found.champion) == 360
    assert (found.challenger["diagnosis"] == found.champion["diagnosis"]).all()
    assert found.document["notes"][1:] == [
        "champion: 30 images were there when the model was made",
        "360 images are judged, of 400 of the challenger and 370 of the champion: the others were met by one of the "
        "two, or are called otherwise by it",
    ]


def test_diagnoses_that_have_no_name_in_common_are_listed(workshop):
    document = pair(workshop.store).document
    assert [part["left_out_because"] for part in document["mapping"]] == [None, "can be nevus or melanoma"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda table: table[:7], "7 images that neither has met and both name alike, of 3 diagnoses"),
        (
            lambda table: table[table["diagnosis"] == "nevus"],
            "133 images that neither has met and both name alike, of 1 diagnoses",
        ),
    ],
)
def test_too_few_images_in_common_are_not_judged_and_it_is_said_why(workshop, change, reason):
    found = pair(workshop.store, change)
    assert (found.challenger, found.champion) == (None, None)
    assert (found.document["judged"], found.document["reason"]) == (0, reason)


def test_a_set_that_cannot_be_scored_says_why():
    assert pair_external(ScoredSet("attic", reason="all 9 images are nevus")).document == {
        "title": "attic",
        "judged": 0,
        "reason": "all 9 images are nevus",
        "mapping": [],
        "notes": [],
    }


def test_what_was_said_decides_the_digest(workshop):
    first, second = (external_artifact(workshop.store, name) for name in ("first", "second"))
    sets = [
        ScoredSet("a", first, second),
        ScoredSet("b", first, second),
        ScoredSet("a", first, first),
        ScoredSet("a", first),
    ]
    assert len({entry.digest for entry in sets}) == 4


def test_a_registered_set_that_is_not_there_is_told_before_anything_is_trained(tmp_path, image_folder):
    require_external([str(image_folder)])
    with pytest.raises(UsageError, match=r"gates.external: .*nowhere: no such folder or archive"):
        require_external([str(image_folder), str(tmp_path / "nowhere")])
