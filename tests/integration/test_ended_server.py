"""`melanoma serve` ends when the Prefect server that it started is gone, so that a supervisor starts both again."""

import json
import os
import signal

from tests.processes import free_port, wait_for


def test_serve_ends_with_one_line_when_its_server_is_killed(command, drawn_set):
    port = free_port()
    serving = command.start("serve", "--data", drawn_set, "--port", port)
    note = command.home / "server.json"
    wait_for(note.exists, serving)
    os.kill(wait_for(lambda: json.loads(note.read_text() or "{}").get("process"), serving), signal.SIGKILL)
    _, err = serving.communicate(timeout=400)
    assert serving.returncode == 1
    assert err.splitlines()[-1] == (
        f"melanoma: http://127.0.0.1:{port}/api: the Prefect server ended by itself; "
        "start it again, runs that wait for it go on"
    )
