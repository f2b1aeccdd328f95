"""The pages of a search that is under way, one line each, so that a cut costs no page that was read."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Journal:
    """A file of lines ``[request, address, document]``.

    Attributes:
        path: The file; absent before the first page.
        request: Which search it belongs to; lines of another one are not its own.
    """

    path: Path
    request: str

    def read(self) -> Iterator[tuple[str, object]]:
        """Give the address and the document of each page, and cut off a line that was not written to its end."""
        if not self.path.exists():
            return
        good_bytes = 0
        with self.path.open("rb") as stream:
            for line in stream:
                entry = _read_line(line, self.request)
                if entry is None:
                    break
                good_bytes += len(line)
                yield entry
        os.truncate(self.path, good_bytes)

    def append(self, address: str, document: object) -> None:
        """Add a page."""
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps([self.request, address, document]) + "\n")


def _read_line(line: bytes, request: str) -> tuple[str, object] | None:
    try:
        owner, address, document = json.loads(line)
    except (ValueError, TypeError):
        return None
    whole = line.endswith(b"\n") and owner == request and isinstance(address, str)
    return (address, document) if whole else None
