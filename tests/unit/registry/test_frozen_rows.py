"""Only rows that both models have never met, and that the champion was judged on, are counted; all others are told."""

import pandas as pd
import pytest

from melanoma.registry.frozen_rows import choose_frozen_rows, digest_test_rows


def table(manifest_of, **columns):
    """Ids have no form of the ISIC Archive unless they are given, so that contents alone tell images apart."""
    count = len(columns["sha256"])
    names = columns.pop("image_id", [f"{sha}.jpg" for sha in columns["sha256"]])
    usual = {"isic_id": [None] * count, "group_id": names, "pixel_sha256": [f"p{sha}" for sha in columns["sha256"]]}
    return manifest_of(image_id=names, **{**usual, **columns})


def test_the_same_contents_are_paired_whatever_their_names(manifest_of):
    champion = table(
        manifest_of, image_id=["a.jpg", "b.jpg", "t.jpg"], sha256=["1", "2", "3"], split=["test"] * 2 + ["train"]
    )
    challenger = table(
        manifest_of, image_id=["T/x.jpg", "T/a.jpg", "t.jpg"], sha256=["2", "1", "3"], split=["test"] * 2 + ["train"]
    )
    rows = choose_frozen_rows(challenger, champion)
    assert rows.pairs.set_index("image_id")["champion_id"].to_dict() == {"T/x.jpg": "b.jpg", "T/a.jpg": "a.jpg"}
    assert rows.describe() == []
    assert rows.to_json() == {
        "judged": 2,
        "champion_test": 2,
        "challenger_test": 2,
        "gone": 0,
        "left_out": 0,
        "added": 0,
        "met": 0,
        "notes": [],
    }


@pytest.mark.parametrize(
    ("sha256", "split", "counts", "words"),
    [
        (
            ["1", "2", "9"],
            ["test", "test", "test"],
            {"added": 1, "judged": 2},
            "1 test images are new since the champion",
        ),
        (["1", "9"], ["test", "train"], {"gone": 1, "judged": 1}, "1 test images of the champion are no longer in the"),
        (
            ["1", "2"],
            ["test", None],
            {"left_out": 1, "judged": 1},
            "1 test images of the champion are in the source, but",
        ),
        (["1", "2", "3"], ["test"] * 3, {"met": 1, "judged": 2}, "1 test images, or relatives of them, were known"),
    ],
)
def test_what_is_not_counted_is_told(manifest_of, sha256, split, counts, words):
    champion = table(manifest_of, sha256=["1", "2", "3"], split=["test", "test", "validation"])
    rows = choose_frozen_rows(table(manifest_of, sha256=sha256, split=split), champion)
    found = rows.to_json()
    assert {name: found[name] for name in ("gone", "left_out", "added", "met") if found[name]} == {
        name: value for name, value in counts.items() if name != "judged"
    }
    assert found["judged"] == counts["judged"]
    assert rows.describe()[0].startswith(words)
    assert len(rows.describe()) == 1


def test_a_test_row_is_not_counted_once_a_new_image_relates_it_to_what_the_champion_has_met(manifest_of):
    champion = table(manifest_of, sha256=["1", "2", "3"], split=["test", "test", "train"], group_id=["g1", "g2", "g3"])
    challenger = table(
        manifest_of,
        sha256=["1", "2", "3", "9"],
        split=["test", "test", None, "test"],
        group_id=["g1", "g2", "g1", "g1"],  # the new image 9 ties 1 and 3
    )
    rows = choose_frozen_rows(challenger, champion)
    assert rows.pairs["image_id"].tolist() == ["2.jpg"]
    assert rows.met == 2


def test_one_content_under_two_names_counts_once(manifest_of):
    champion = table(manifest_of, image_id=["a.jpg", "b.jpg"], sha256=["1", "1"], split=["test", "test"])
    assert len(choose_frozen_rows(champion, champion).pairs) == 1


def test_the_digest_of_test_rows_knows_contents_and_diagnoses_and_no_names(manifest_of):
    rows = table(manifest_of, sha256=["1", "2", "3"], split=["test", "test", "train"], diagnosis=["nevus"] * 3)
    digest = digest_test_rows(rows)
    assert digest_test_rows(rows.assign(image_id=list("xyz")).iloc[::-1]) == digest
    assert digest_test_rows(rows.assign(split=["test", "test", "validation"])) == digest
    assert digest_test_rows(rows.assign(split="test")) != digest
    assert digest_test_rows(rows.assign(diagnosis=["melanoma", "nevus", "nevus"])) != digest
    assert digest_test_rows(rows.assign(sha256=["1", "4", "3"])) != digest


def test_the_digest_of_no_rows_is_one_too(manifest_of):
    empty = table(manifest_of, sha256=["1"], split=["train"])
    assert digest_test_rows(empty) == digest_test_rows(pd.concat([empty, empty]))
