"""OpenVINO tells nobody that it is used."""

import json
import subprocess
import sys
from importlib.util import find_spec

import pytest

WATCHED = """
import contextlib, json, os, sys
import numpy
seen = []
def watch(event, arguments):
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    if event.startswith(("socket.", "subprocess.", "os.fork", "os.mkdir", "urllib.")) or writes:
        seen.append([event, str(arguments)])
sys.addaudithook(watch)
from melanoma.models.quiet_openvino import import_openvino
openvino = import_openvino()
with contextlib.suppress(Exception):  # conversions that fail are reported too
    openvino.convert_model(object())
x = openvino.opset13.parameter([1, 4], openvino.Type.f32)
openvino.Core().compile_model(openvino.Model([openvino.opset13.relu(x)], [x]), "CPU")(numpy.ones((1, 4), "f4"))
print(json.dumps([seen, sorted(name for name in sys.modules if name.startswith("openvino_telemetry."))]))
"""


@pytest.mark.skipif(find_spec("openvino") is None, reason="the extra `fast` is not installed: no OpenVINO here")
def test_openvino_sends_nothing_and_leaves_no_file(tmp_path):
    environment = {"HOME": str(tmp_path), "PATH": "", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": ":".join(sys.path)}
    answer = subprocess.run(
        [sys.executable, "-c", WATCHED], env=environment, capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert json.loads(answer.stdout.splitlines()[-1]) == [[], []]
    assert list(tmp_path.iterdir()) == []
