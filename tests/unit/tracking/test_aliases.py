"""The aliases say what the promotions say."""

from datetime import UTC, datetime

import pytest

from melanoma.registry.entry import Draft
from melanoma.registry.ledger import append_entry, read_ledger
from melanoma.tracking.aliases import name_aliases

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lines", "champion", "challenger"),
    [
        ("", None, None),
        ("refuse:a", None, "a"),
        ("promote:a", "a", None),
        ("promote:a refuse:b", "a", "b"),
        ("promote:a refuse:b promote:c", "c", None),
        ("promote:a promote:b rollback:a", "a", "b"),
        ("promote:a refuse:a", "a", None),
    ],
)
def test_the_challenger_is_who_was_judged_last_and_is_not_in_place(tmp_path, lines, champion, challenger):
    for line in lines.split():
        action, run = line.split(":")
        draft = Draft(action=action, run_id=run, model_sha256=run * 64, test_rows_sha256="b" * 64, reason="r")
        append_entry(tmp_path, lambda _, draft=draft: draft, NOON)
    found = {alias: entry and entry.run_id for alias, entry in name_aliases(read_ledger(tmp_path)).items()}
    assert found == {"champion": champion, "challenger": challenger}
