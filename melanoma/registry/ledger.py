"""The promotions of a home: `promotions.jsonl`, one line per decision, each sealed and chained to the one before it.

A line that was changed, taken out, put in or moved breaks the chain at a line that can be named. Who can write the file
can also write a whole new chain: the chain shows damage and carelessness, not the owner's intent.

Where the home is in object storage, each line is an object there, and the file is what `refresh_ledger` last brought.
"""

import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from filelock import FileLock
from pydantic import ValidationError

from melanoma.artifacts.bucket import open_bucket
from melanoma.artifacts.bucket_log import BucketLog
from melanoma.artifacts.folder import sync_folder
from melanoma.errors import LedgerBroken
from melanoma.fingerprint import digest_bytes
from melanoma.registry.entry import NOTHING_BEFORE, Draft, Entry, seal_of, write_down

LEDGER = "promotions.jsonl"
_LOCK = "promotions.lock"
_ROOM = "promotions"
_PRIVATE = 0o700
Entries = tuple[Entry, ...]


def read_ledger(home: Path) -> Entries:
    """Read all promotions of a home, oldest first, and check the whole chain.

    Args:
        home: Where the project keeps its files.

    Returns:
        The entries; none where nothing was decided yet.

    Raises:
        LedgerBroken: If a line is not as it was written; it names the file and the line.
    """
    return tuple(_check_line(home, number, line, before) for number, line, before in _chain(_read_lines(home)))


def append_entry(home: Path, decide: Callable[[Entries], Draft], time: datetime) -> Entry:
    """Add a line, durable when this returns, while nobody else can.

    The file is written anew beside the old one and takes its place in one step, so that a kill leaves the old or the
    new one whole.

    Args:
        home: Where the project keeps its files.
        decide: Takes the entries so far and returns what is to be written; what it raises leaves the file as it was.
        time: When; aware.

    Returns:
        The entry.

    Raises:
        LedgerBroken: If what is there is broken; nothing is added to a broken chain.
    """
    with _locked(home):
        lines, entry = _next_entry(home, decide, time)
        remote = _open_remote(home)
        while remote and not remote.add(entry.sequence, entry.to_line()):  # another machine was faster
            _bring_lines(home, remote)
            lines, entry = _next_entry(home, decide, time)
        _replace(home / LEDGER, [*lines, entry.to_line()])
    return entry


def refresh_ledger(home: Path) -> None:
    """Bring the lines that object storage has; nothing where the home is a folder."""
    remote = _open_remote(home)
    if remote:
        with _locked(home):
            _bring_lines(home, remote)


def _locked(home: Path) -> FileLock:
    locks = home / "locks"
    locks.mkdir(parents=True, exist_ok=True, mode=_PRIVATE)
    return FileLock(locks / _LOCK)


def _bring_lines(home: Path, remote: BucketLog) -> None:
    lines = remote.read()
    if lines != _read_lines(home):
        _replace(home / LEDGER, lines)


def _next_entry(home: Path, decide: Callable[[Entries], Draft], time: datetime) -> tuple[list[str], Entry]:
    """Return the lines so far, and the one that comes next."""
    draft = decide(read_ledger(home))
    lines = _read_lines(home)
    return lines, write_down(draft, lines[-1] if lines else None, len(lines) + 1, time)


def _open_remote(home: Path) -> BucketLog | None:
    bucket = open_bucket(home)
    return BucketLog(bucket, _ROOM) if bucket else None


def _chain(lines: list[str]) -> list[tuple[int, str, str]]:
    """Return for each line its number, itself, and the digest that it should name."""
    before = [NOTHING_BEFORE, *(digest_bytes(line.encode()) for line in lines)]
    return [(number, line, digest) for number, (line, digest) in enumerate(zip(lines, before, strict=False), 1)]


def _check_line(home: Path, number: int, line: str, before: str) -> Entry:
    try:
        values = json.loads(line)
        entry = Entry.model_validate(values)
        sealed = seal_of(values)
    except (ValueError, ValidationError, RecursionError, AttributeError) as problem:
        raise _broken(home, number, "cannot be read") from problem
    if entry.sequence != number:
        raise _broken(home, number, f"says that it is line {entry.sequence}")
    if entry.previous != before:
        raise _broken(home, number, "does not follow the line before it")
    if entry.seal != sealed:
        raise _broken(home, number, "was changed after it was written")
    return entry


def _broken(home: Path, number: int, what: str) -> LedgerBroken:
    return LedgerBroken(
        f"{home / LEDGER}: line {number} {what}, so that no champion can be trusted; put back the file's last backup"
    )


def _read_lines(home: Path) -> list[str]:
    try:
        content = (home / LEDGER).read_bytes()
    except FileNotFoundError:
        return []
    return content.decode(errors="replace").removesuffix("\n").split("\n") if content else []


def _replace(path: Path, lines: list[str]) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with fresh.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write("".join(f"{line}\n" for line in lines))
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    sync_folder(path.parent)
