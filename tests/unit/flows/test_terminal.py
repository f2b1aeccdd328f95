import sys

import pytest

TOLD = """
from pathlib import Path
from flows.terminal import prepare_environment
prepare_environment(Path("home"))
from tensorflow.python.util import _pywrap_util_port
print(_pywrap_util_port.IsMklEnabled())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="TensorFlow has oneDNN in its packages for Linux alone")
@pytest.mark.parametrize(("set_by_user", "used"), [({}, "True"), ({"TF_ENABLE_ONEDNN_OPTS": "0"}, "False")])
def test_tensorflow_trains_with_onednn_on_any_processor_unless_the_user_says_no(command, set_by_user, used):
    out, err = command.with_environment(**set_by_user).start(code=TOLD).communicate(timeout=300)
    assert out.strip() == used, err
