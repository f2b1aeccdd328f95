"""An array that is written through memory has its room on the disk before its first row is written."""

import errno

import numpy as np
import pytest

from melanoma.data.mapped_array import make_mapped


@pytest.mark.parametrize("shape", [(3, 5), (0, 5)])
def test_what_is_written_is_in_the_file(tmp_path, shape):
    array = make_mapped(tmp_path / "a.npy", np.float32, shape)
    array[:] = 7
    array.flush()
    read = np.load(tmp_path / "a.npy", allow_pickle=False)
    assert (read.dtype, read.shape) == (np.float32, shape)
    assert (read == 7).all()


def test_its_room_is_reserved(tmp_path):
    array = make_mapped(tmp_path / "a.npy", np.uint8, (1_000, 1_000))
    assert (tmp_path / "a.npy").stat().st_blocks * 512 >= 1_000_000
    assert not array.any()


def test_a_full_disk_is_an_error_before_anything_is_written(tmp_path, monkeypatch):
    def reserve(descriptor, start, length):
        assert length > 1_000_000
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.posix_fallocate", reserve)
    with pytest.raises(OSError, match="No space left on device"):
        make_mapped(tmp_path / "a.npy", np.uint8, (1_000, 1_000))
