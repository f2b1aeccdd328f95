"""Python that runs under JAX, as if TensorFlow were not installed: Keras takes it up where it finds it."""

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]

_HIDE_TENSORFLOW = """
import sys

class NoTensorFlow:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "tensorflow":
            raise ModuleNotFoundError("TensorFlow is out of reach here", name=name)

sys.meta_path.insert(0, NoTensorFlow())
import keras
assert keras.backend.backend() == "jax", keras.backend.backend()
"""


def run_under_jax(code, *arguments, **environment):
    """Run code in a process of its own, on the CPU, and return what it printed; it has ``sys`` and ``keras``."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    jax = {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu", "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(
        [sys.executable, "-c", _HIDE_TENSORFLOW + code, *map(str, arguments)],
        cwd=REPOSITORY,
        env=clean | jax | environment,
        capture_output=True,
        text=True,
        timeout=2400,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout
