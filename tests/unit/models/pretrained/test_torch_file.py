"""The reader gives the tensors of a PyTorch file, and refuses everything that is not one."""

import pickle
import struct

import numpy as np
import pytest

from melanoma.errors import ModelError
from melanoma.models.pretrained.torch_file import read_tensors

MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001


def text(value):
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def number(value):
    return b"J" + struct.pack("<i", value)


def numbers(values):
    return b"(" + b"".join(map(number, values)) + b"t"


def slot(key, shape, strides, offset=0, storage="FloatStorage"):
    """Return the opcodes that PyTorch writes for one tensor."""
    place = b"(" + text("storage") + f"ctorch\n{storage}\n".encode() + text(key) + text("cpu") + number(6) + b"NtQ"
    hooks = b"\x89ccollections\nOrderedDict\n)R"
    return (
        b"ctorch._utils\n_rebuild_tensor_v2\n("
        + place
        + number(offset)
        + numbers(shape)
        + numbers(strides)
        + hooks
        + b"tR"
    )


def file_of(slots, storages, keys=None):
    """Return a file in PyTorch's first format."""
    items = b"".join(text(name) + opcodes for name, opcodes in slots.items())
    head = [pickle.dumps(value, 2) for value in (MAGIC, PROTOCOL, {"little_endian": True})]
    tensors = b"\x80\x02ccollections\nOrderedDict\n)R(" + items + b"u."
    values = b"".join(struct.pack("<q", len(array)) + array.tobytes() for array in storages.values())
    return b"".join(head) + tensors + pickle.dumps(keys or list(storages), 2) + values


SIX = np.arange(6, dtype="<f4")
ONE = file_of({"weight": slot("0", (2, 3), (3, 1))}, {"0": SIX})


def test_tensors_have_their_names_shapes_and_values():
    counts = np.array([7], dtype="<i8")
    content = file_of(
        {"weight": slot("0", (2, 3), (3, 1)), "seen": slot("1", (), (), storage="LongStorage")}, {"0": SIX, "1": counts}
    )
    tensors = read_tensors(content, "x.pth")
    assert list(tensors) == ["weight", "seen"]
    np.testing.assert_array_equal(tensors["weight"], [[0, 1, 2], [3, 4, 5]])
    assert tensors["weight"].dtype == np.float32
    assert (tensors["seen"].shape, tensors["seen"].dtype, int(tensors["seen"])) == ((), np.int64, 7)


def test_a_transposed_tensor_is_read_by_its_strides():
    content = file_of({"weight": slot("0", (3, 2), (1, 3))}, {"0": SIX})
    np.testing.assert_array_equal(read_tensors(content, "x.pth")["weight"], [[0, 3], [1, 4], [2, 5]])


def test_two_tensors_may_be_parts_of_one_storage():
    content = file_of({"a": slot("0", (2,), (1,), offset=1), "b": slot("0", (3,), (1,), offset=3)}, {"0": SIX})
    tensors = read_tensors(content, "x.pth")
    np.testing.assert_array_equal(tensors["a"], [1, 2])
    np.testing.assert_array_equal(tensors["b"], [3, 4, 5])


@pytest.mark.parametrize(
    ("shape", "strides", "offset"), [((7,), (1,), 0), ((2, 3), (3, 1), 1), ((2,), (1000,), 0), ((2,), (-1,), 0)]
)
def test_a_tensor_outside_its_storage_is_refused(shape, strides, offset):
    with pytest.raises(ModelError, match=r"x\.pth: not a file of PyTorch tensors \(.*\); install its package again"):
        read_tensors(file_of({"weight": slot("0", shape, strides, offset)}, {"0": SIX}), "x.pth")


def test_a_file_that_asks_for_a_function_is_refused_and_the_function_does_not_run(tmp_path):
    mark = tmp_path / "mark"
    order = f"cos\nsystem\n({'X'}".encode() + struct.pack("<I", len(f"touch {mark}")) + f"touch {mark}".encode() + b"tR"
    with pytest.raises(ModelError, match=r"asks for os\.system"):
        read_tensors(file_of({"weight": order}, {"0": SIX}), "x.pth")
    assert not mark.exists()


@pytest.mark.parametrize("name", ["builtins\neval", "builtins\ngetattr", "torch\nHalfStorage", "numpy\nload"])
def test_every_name_that_tensors_do_not_need_is_refused(name):
    with pytest.raises(ModelError, match=f"asks for {name.replace(chr(10), '.')}"):
        read_tensors(file_of({"weight": f"c{name}\n".encode()}, {"0": SIX}), "x.pth")


def test_a_reference_to_something_that_is_no_storage_is_refused():
    content = file_of({"weight": b"(" + text("module") + b"NNNNNtQ"}, {"0": SIX})
    with pytest.raises(ModelError, match="refers to something that is no storage"):
        read_tensors(content, "x.pth")


def test_a_file_that_is_cut_anywhere_is_refused():
    assert read_tensors(ONE, "x.pth")
    for length in range(len(ONE)):
        with pytest.raises(ModelError):
            read_tensors(ONE[:length], "x.pth")


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04", pickle.dumps(MAGIC, 2) + pickle.dumps(1002, 2), b"\x80\x02N.\x80\x02N."]
)
def test_other_formats_are_refused(content):
    with pytest.raises(ModelError, match="not a file of PyTorch tensors"):
        read_tensors(content, "x.pth")
