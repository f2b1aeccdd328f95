"""The full list behind each finding, and the CSV of it that a spreadsheet opens safely."""

import pandas as pd
import pytest

from melanoma.validation.audit import Audit
from melanoma.validation.finding import Finding
from melanoma.validation.image_lists import for_spreadsheets, groups_of, list_images


@pytest.fixture
def manifest(manifest_of):
    return manifest_of(
        image_id=["a", "b", "c"], diagnosis=["nevus", "melanoma", "nevus"], publisher_split=["train", "test", None]
    )


def listed(manifest, **finding):
    return list_images(Audit({"some_check": Finding(severity="warning", remedy=".", **finding)}, ()), manifest)


def test_each_image_is_listed_with_what_is_known_of_it_and_what_becomes_of_it(manifest):
    rows = listed(
        manifest,
        images=("b", "a", "gone.jpg"),
        action="relabel",
        excluded=("b",),
        relabelled={"a": "melanoma"},
        details={"a": "why"},
    )
    assert rows.to_dict("list") == {
        "check": ["some_check"] * 3,
        "image_id": ["b", "a", "gone.jpg"],
        "group": [None] * 3,
        "diagnosis": ["melanoma", "nevus", None],
        "publisher_split": ["test", "train", None],
        "excluded": [True, False, False],
        "relabelled_to": [None, "melanoma", None],
        "detail": ["", "why", ""],
    }


@pytest.mark.parametrize("action", ["keep", "merge", "fail"])
def test_where_the_action_takes_nothing_nothing_leaves_and_nothing_is_renamed(manifest, action):
    rows = listed(manifest, images=("a",), action=action, excluded=("a",), relabelled={"a": "melanoma"})
    assert not rows["excluded"].any()
    assert rows["relabelled_to"].isna().all()


def test_images_of_one_group_stand_beside_each_other(manifest):
    rows = listed(manifest, images=("a", "b", "c"), groups={"a": "1", "b": "2", "c": "1"})
    assert rows["image_id"].tolist() == ["a", "c", "b"]


def test_pairs_are_joined_through_a_third_image_and_named_for_the_first():
    pairs = pd.DataFrame({"image_id": ["c", "b", "x"], "other_id": ["b", "a", "y"]})
    finding = Finding(("a", "b", "c", "x", "y"), "warning", ".", pairs=pairs)
    assert groups_of(finding) == {"a": "a", "b": "a", "c": "a", "x": "x", "y": "x"}


def test_pairs_of_nothing_are_no_groups():
    assert (
        groups_of(Finding((), "info", ".", pairs=pd.DataFrame({"image_id": [], "other_id": []}, dtype="object"))) == {}
    )


def test_without_a_finding_the_list_is_empty_and_has_its_columns(manifest):
    rows = list_images(Audit({}, ()), manifest)
    assert len(rows) == 0
    assert "image_id" in rows
    assert rows["excluded"].dtype == bool


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(manifest, start):
    rows = listed(manifest, images=(f"{start}HYPERLINK(1)/x.jpg", "a=b.jpg"), details={"a=b.jpg": f"{start}1"})
    sheet = for_spreadsheets(rows)
    assert sheet["image_id"].tolist() == [f"'{start}HYPERLINK(1)/x.jpg", "a=b.jpg"]
    assert sheet["detail"].tolist() == ["", f"'{start}1"]


def test_there_is_a_column_for_groups_where_there_are_groups(manifest):
    alone = for_spreadsheets(listed(manifest, images=("a",)))
    together = for_spreadsheets(listed(manifest, images=("a", "b"), groups={"a": "=1", "b": "=1"}))
    own = ["image_id", "diagnosis", "publisher_split", "excluded", "relabelled_to", "detail"]
    assert list(alone) == own
    assert list(together) == [own[0], "group", *own[1:]]
    assert set(together["group"]) == {"'=1"}
