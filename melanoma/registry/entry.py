"""One line of the promotions: what was decided about which model, why, and what the line before it was."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from melanoma.config.section import Section
from melanoma.fingerprint import digest_bytes, digest_value

Action = Literal["promote", "refuse", "rollback"]
PROMOTE: Action = "promote"
REFUSE: Action = "refuse"
ROLLBACK: Action = "rollback"
NOTHING_BEFORE = "0" * 64
_SHA256 = r"^[0-9a-f]{64}$"


class Draft(Section):
    """What is to be written down.

    Attributes:
        action: ``promote`` and ``rollback`` make the run's model the champion, ``refuse`` leaves it as it was.
        run_id: The run that made the model.
        model_sha256: Of its file.
        test_rows_sha256: Of all test rows of that run; see `melanoma.registry.frozen_rows`.
        gates: One row per gate, as `melanoma.registry.gate.GateResult` writes it; empty where none was asked.
        reason: Why, in a sentence.
    """

    action: Action
    run_id: str = Field(min_length=1)
    model_sha256: str = Field(pattern=_SHA256)
    test_rows_sha256: str = Field(pattern=_SHA256)
    gates: tuple[Mapping[str, Any], ...] = ()
    reason: str = Field(min_length=1)


class Entry(Draft):
    """A line that was written.

    Attributes:
        sequence: Its number, from 1.
        time: When, aware and UTC.
        previous: The sha256 of the line before it; zeros for the first.
        seal: The sha256 of the line's other values, so that the last line is protected too.
    """

    sequence: int = Field(ge=1)
    time: AwareDatetime
    previous: str = Field(pattern=_SHA256)
    seal: str = Field(pattern=_SHA256)

    def to_line(self) -> str:
        """Return the line without its end."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)


def write_down(draft: Draft, previous_line: str | None, sequence: int, time: datetime) -> Entry:
    """Make a draft the next entry.

    Args:
        draft: What is to be written down.
        previous_line: The last line, without its end; None for the first.
        sequence: The number of the new one.
        time: When; aware.
    """
    previous = NOTHING_BEFORE if previous_line is None else digest_bytes(previous_line.encode())
    open_entry = Entry(**draft.model_dump(), sequence=sequence, time=time, previous=previous, seal=NOTHING_BEFORE)
    return open_entry.model_copy(update={"seal": seal_of(open_entry.model_dump(mode="json"))})


def seal_of(values: Mapping[str, Any]) -> str:
    """Return the sha256 of all values of a line but the seal."""
    return digest_value({name: value for name, value in values.items() if name != "seal"})
