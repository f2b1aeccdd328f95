"""End a run whose Prefect server is gone for good; one whose server comes back goes on.

Prefect's client asks again and again, each time after twice as long, so that a restart of the server or of its database
does not end a run. With as many attempts as a busy SQLite needs it would go on asking for years.
"""

import threading
import time
from typing import NoReturn

from flows.server import is_healthy
from flows.terminal import end_at_once

_LOOK_EVERY_S = 5.0
_LOOKS = 60
_TIMEOUT_S = 10.0


def watch_server(url: str) -> None:
    """Watch a server from a thread, and end this process with one line when it no longer answers.

    An address that does not tell its health, as behind some proxies, is not watched.

    Args:
        url: The address of its API.
    """
    if is_healthy(url, _TIMEOUT_S):
        threading.Thread(target=end_without_server, args=(url,), daemon=True).start()


def end_without_server(url: str, looks: int = _LOOKS, every_s: float = _LOOK_EVERY_S) -> NoReturn:
    """Return never: end this process once so many looks in a row found no server.

    Looks are counted, not seconds: a process that was stopped for an hour has not looked. The exit is hard, for
    Prefect's own way out would ask the server too; what was finished is in the store, as after any kill.

    Args:
        url: The address of the server's API.
        looks: How many.
        every_s: Seconds between two.
    """
    missed = 0
    while missed < looks:
        time.sleep(every_s)
        missed = 0 if is_healthy(url, _TIMEOUT_S) else missed + 1
    end_at_once(
        f"{url}: the Prefect server is gone; start it again, then the same run or command, which goes on from the last "
        "finished stage"
    )
