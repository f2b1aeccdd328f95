"""A Prefect server for one run: ``python -m flows.temporary_server PORT``. It ends with the process that started it.

Prefect's own temporary server starts only when the first flow asks for it, and stays behind when its run is killed.
"""

import gc
import os
import sys
import threading
import time

_LOOK_EVERY_S = 1.0


def main() -> None:
    """Serve Prefect's API on loopback until the parent process is gone."""
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    gc.disable()  # importing the server makes many objects and no garbage; collecting takes a tenth of its start
    import uvicorn
    from prefect.server.api.server import create_app

    gc.enable()

    uvicorn.run(
        create_app,
        factory=True,
        host="127.0.0.1",
        port=int(sys.argv[1]),
        log_level="critical",
        lifespan="on",
    )


def _end_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY_S)
    os._exit(0)


if __name__ == "__main__":
    main()
