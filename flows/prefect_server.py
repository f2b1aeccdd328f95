"""A Prefect server: ``python -m flows.prefect_server HOST PORT``. It ends with the process that started it.

Prefect's own temporary server starts only when the first flow asks for it, and stays behind when its run is killed. Its
database on one machine, SQLite, now and then turns a request away because another one writes; the client then waits for
two seconds and more unless the server says how long.
"""

import gc
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send
    from uvicorn import Server

_LOOK_EVERY_S = 1.0
_GLANCE_EVERY_S = 0.02
_ASK_AGAIN_AFTER_S = b"0.25"


def main() -> None:
    """Serve Prefect's API until the parent process is gone."""
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    gc.disable()  # importing the server makes many objects and no garbage; collecting takes a tenth of its start
    from uvicorn import Config, Server

    gc.enable()
    config = Config(
        _create_app, factory=True, host=sys.argv[1], port=int(sys.argv[2]), log_level="critical", lifespan="on"
    )
    server = Server(config)
    with _start_alone(server):
        server.run()


def _create_app() -> "ASGIApp":
    from prefect.server.api.server import create_app

    app = create_app()

    async def answer(scope: "Scope", receive: "Receive", send: "Send") -> None:
        async def send_with_delay(message: "Message") -> None:
            if message["type"] == "http.response.start" and message["status"] == HTTPStatus.SERVICE_UNAVAILABLE:
                message["headers"] = [*message.get("headers", ()), (b"retry-after", _ASK_AGAIN_AFTER_S)]
            await send(message)

        await app(scope, receive, send_with_delay)

    return answer


@contextmanager
def _start_alone(server: "Server") -> Iterator[None]:
    """Let no other server of the same home start at the same time: each makes the tables that are missing."""
    home = Path(os.environ.get("PREFECT_HOME", tempfile.gettempdir()))
    home.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home / "server-start.lock", thread_local=False)
    lock.acquire()
    threading.Thread(target=_release_when_started, args=(server, lock), daemon=True).start()
    try:
        yield
    finally:
        lock.release(force=True)


def _release_when_started(server: "Server", lock: FileLock) -> None:
    while not server.started:
        time.sleep(_GLANCE_EVERY_S)
    lock.release(force=True)


def _end_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY_S)
    os._exit(0)


if __name__ == "__main__":
    main()
