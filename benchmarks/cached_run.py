"""How long a run takes when nothing has changed: with a temporary Prefect server, and against a running one.

    python -m benchmarks.cached_run

Draws a small synthetic set, runs the pipeline once, and times the same command again, as whole processes.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROUNDS = 3
SETTINGS = ("ingest.size_px=64", "train.epochs=1", "balance.images_per_class=20", "evaluate.resamples=200")


def run(home: Path, data: Path) -> float:
    """Run the pipeline in a process of its own; return the seconds."""
    options = [part for setting in SETTINGS for part in ("--set", setting)]
    start = time.perf_counter()
    command = [sys.executable, "-m", "flows.command_line", "run", "--data", str(data), "--home", str(home), *options]
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def wait_for_server(port: int) -> None:
    """Wait until the server answers."""
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=1):
                return
        except OSError:
            time.sleep(0.2)


def main() -> None:
    """Time the first run, then the cached ones."""
    from melanoma.config.synthetic import SyntheticConfig
    from melanoma.data.synthetic.dataset import draw_dataset

    with tempfile.TemporaryDirectory() as folder:
        home, data, port = Path(folder, "home"), Path(folder, "set"), 4299
        draw_dataset(data, SyntheticConfig(images=200, size_px=64))
        first = run(home, data)
        temporary = statistics.median(run(home, data) for _ in range(ROUNDS))
        command = [sys.executable, "-m", "flows.command_line", "ui", "--home", str(home), "--port", str(port)]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            wait_for_server(port)
            time.sleep(3)
            running = statistics.median(run(home, data) for _ in range(ROUNDS))
        finally:
            os.killpg(server.pid, 15)
            server.wait()
    print(f"first run                        {first:6.1f} s")
    print(f"nothing changed, own server      {temporary:6.1f} s   {temporary / first:.2f} of the first")
    print(f"nothing changed, running server  {running:6.1f} s   {running / first:.2f} of the first")


if __name__ == "__main__":
    main()
