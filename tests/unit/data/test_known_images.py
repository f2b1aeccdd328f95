"""An image that a model has met is known by its file, its pixels, or its ISIC id; test images are not known."""

import pandas as pd

from melanoma.data.known_images import find_known


def _table(**columns):
    return pd.DataFrame({"sha256": ["a"], "pixel_sha256": ["p"], "isic_id": ["ISIC_0000001"]} | columns)


def test_each_tie_is_named_the_strictest_first():
    met = _table(split=["train"])
    rows = pd.DataFrame(
        {
            "sha256": ["a", "b", "b", "b"],
            "pixel_sha256": ["p", "p", "q", "q"],
            "isic_id": ["ISIC_0000001", "ISIC_0000001", "ISIC_0000001", "ISIC_0000002"],
        }
    )
    known = find_known(rows, met)
    assert known.tolist()[:3] == ["the same file", "the same pixels", "the same ISIC id"]
    assert known.isna().tolist() == [False, False, False, True]


def test_ids_of_others_and_missing_ones_tie_nothing():
    met = pd.DataFrame({"sha256": ["a", "b"], "pixel_sha256": ["p", "q"], "isic_id": ["PAT_1", None], "split": "train"})
    rows = pd.DataFrame({"sha256": ["c", "d"], "pixel_sha256": ["r", "s"], "isic_id": ["PAT_1", None]})
    assert find_known(rows, met).isna().all()


def test_rows_that_nothing_was_chosen_on_are_not_known():
    for split, is_known in {"train": 1, "validation": 1, "calibration": 1, "test": 0, None: 0}.items():
        assert find_known(_table(), _table(split=[split])).notna().sum() == is_known, split
