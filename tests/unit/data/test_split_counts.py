import pandas as pd

from melanoma.data.split_counts import count_split

ROWS = pd.DataFrame(
    [
        ("a", "melanoma", "G1", "train", 0, None),
        ("b", "melanoma", "G1", "train", 0, None),
        ("c", "nevus", "G1", "train", 0, None),
        ("d", "nevus", "G2", "validation", 1, None),
        ("e", "nevus", "G3", "test", None, None),
        ("f", "nevus", "G3", None, None, "exact_duplicate"),
        ("g", "melanoma", "G4", None, None, "label_conflict"),
        ("h", "nevus", "G4", None, None, "label_conflict"),
    ],
    columns=["image_id", "diagnosis", "group_id", "split", "fold", "excluded_because"],
).astype({"fold": "Int64"})
NONE = {"images": 0, "groups": 0}


def test_images_and_groups_are_counted_by_role_and_a_group_of_two_diagnoses_once_in_the_total():
    found = count_split(ROWS)
    assert found["total"] == {
        "train": {"images": 3, "groups": 1},
        "validation": {"images": 1, "groups": 1},
        "calibration": NONE,
        "test": {"images": 1, "groups": 1},
        "excluded": {"images": 3, "groups": 2},
    }
    melanoma, nevus = found["classes"]
    assert (melanoma["diagnosis"], melanoma["train"]) == ("melanoma", {"images": 2, "groups": 1})
    assert (nevus["diagnosis"], nevus["train"]) == ("nevus", {"images": 1, "groups": 1})
    assert (melanoma["test"], nevus["excluded"]) == (NONE, {"images": 2, "groups": 2})


def test_folds_are_counted_without_test_and_exclusions_by_reason():
    found = count_split(ROWS)
    assert found["folds"] == [{"fold": 0, "images": 3, "groups": 1}, {"fold": 1, "images": 1, "groups": 1}]
    assert found["excluded_because"] == {"label_conflict": 2, "exact_duplicate": 1}


def test_a_split_without_folds_has_none():
    assert count_split(ROWS.assign(fold=pd.array([None] * len(ROWS), dtype="Int64")))["folds"] == []
