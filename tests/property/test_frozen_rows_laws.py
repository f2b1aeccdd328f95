"""However a source changes, the champion's own test rows judge, and every other one is accounted for."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from melanoma.registry.frozen_rows import choose_frozen_rows

ROLES = st.sampled_from(["train", "validation", "calibration", "test", "test", None])
RUNS = st.dictionaries(st.integers(0, 15), st.tuples(ROLES, st.integers(0, 5)), max_size=12)
"""Contents, each with its role and its group."""


def manifest_of(run, name):
    rows = [
        {
            "image_id": f"{name}-{content}.jpg",
            "sha256": f"s{content}",
            "pixel_sha256": f"p{content}",
            "isic_id": None,
            "group_id": f"g{group}",
            "split": role,
        }
        for content, (role, group) in run.items()
    ]
    columns = ["image_id", "sha256", "pixel_sha256", "isic_id", "group_id", "split"]
    return pd.DataFrame(rows, columns=columns, dtype="object")


def list_tested(run):
    return {f"s{content}" for content, (role, _) in run.items() if role == "test"}


@given(RUNS, RUNS)
def test_nothing_is_silent_but_the_champions_own_test_rows(champion, challenger):
    rows = choose_frozen_rows(manifest_of(challenger, "new"), manifest_of(champion, "old"))
    judged = set(rows.pairs["sha256"])
    assert judged <= list_tested(champion) & list_tested(challenger)
    assert len(judged) + rows.added + rows.met == rows.challenger_test == len(list_tested(challenger))
    same = judged == list_tested(champion) == list_tested(challenger)
    assert (rows.describe() == []) == same


@given(RUNS, RUNS)
def test_test_images_that_neither_has_met_change_no_row_that_judges_and_are_told(champion, added):
    before = choose_frozen_rows(manifest_of(champion, "new"), manifest_of(champion, "old"))
    new = {content + 100: ("test", group + 100) for content, (_, group) in added.items()}
    after = choose_frozen_rows(manifest_of({**champion, **new}, "new"), manifest_of(champion, "old"))
    assert after.pairs["sha256"].tolist() == before.pairs["sha256"].tolist()
    assert after.added == before.added + len(new)
    told = f"{after.added:,} test images are new since the champion was judged; they take no part"
    assert not new or told in after.describe()
