"""Each image of a source is new, changed, moved or as it was; what is no longer there has vanished."""

import pandas as pd

from melanoma.registry.changes import compare_source

MANIFEST = pd.DataFrame({"image_id": ["a", "b", "c", "d"], "sha256": ["1", "2", "3", "4"]})
QUARANTINE = pd.DataFrame({"image_id": ["broken"], "kind": ["unreadable"], "reason": ["it ends too soon"]})


def compare(**images):
    return compare_source(images.items(), MANIFEST, QUARANTINE)


def test_nothing_changed():
    found = compare(a="1", b="2", c="3", d="4", broken="9")
    assert (found.unchanged, found.examples) == (5, {})
    assert found.describe() == "the 5 images are the same; tables or other files differ"


def test_each_kind_is_counted_once():
    found = compare(a="1", b="other", Melanoma_c="3", new="9")
    assert (found.unchanged, found.new, found.changed, found.moved, found.vanished) == (1, 1, 1, 1, 2)
    assert found.examples == {
        "new": ("new",),
        "changed": ("b",),
        "moved": ("Melanoma_c",),
        "vanished": ("broken", "d"),
    }
    assert found.describe() == "1 new, 1 changed, 1 moved, 2 vanished, 1 unchanged"
    assert found.to_json()["sentence"] == found.describe()


def test_few_examples_stand_for_many():
    found = compare(**{f"n{number:03d}": str(number) for number in range(100, 200)})
    assert (found.new, found.vanished) == (100, 5)
    assert found.examples["new"] == ("n100", "n101", "n102", "n103", "n104")


def test_a_copy_of_a_known_content_is_moved_and_nothing_vanishes():
    found = compare(a="1", b="2", c="3", d="4", broken="9", e="4")
    assert (found.moved, found.vanished) == (1, 0)
