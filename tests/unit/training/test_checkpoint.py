"""A checkpoint is read back as it was written, or not at all."""

import stat

import numpy as np
import pytest

from melanoma.training.early_stopping import Watch

pytestmark = pytest.mark.xdist_group("tensorflow")


@pytest.fixture
def checkpoint():
    from melanoma.training.checkpoint import Checkpoint

    weights = [np.arange(12, dtype=np.float32) * (n + 1) for n in range(11)]  # 11: `10` must not come before `2`
    epochs = [{"epoch": 1, "loss": 0.1 + 0.2}, {"epoch": 2, "loss": 1 / 3}]
    return Checkpoint(weights, weights[::-1], [np.array(7)], "mixed_bfloat16", Watch(0.3, 2, 1), epochs)


def test_it_is_read_back_bit_for_bit_and_only_its_owner_may_read_it(tmp_path, checkpoint):
    from melanoma.training.checkpoint import read_checkpoint, save_checkpoint

    folder = tmp_path / "workbench"
    assert read_checkpoint(folder) is None
    save_checkpoint(folder, checkpoint)
    found = read_checkpoint(folder)
    for name in ("weights", "kept", "optimizer"):
        pairs = zip(getattr(found, name), getattr(checkpoint, name), strict=True)
        assert all(one.dtype == other.dtype and (one == other).all() for one, other in pairs)
    assert (found.precision, found.watch, found.epochs) == ("mixed_bfloat16", checkpoint.watch, checkpoint.epochs)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [path.name for path in folder.iterdir()] == ["state.npz"]


def test_what_was_half_written_is_ignored(tmp_path, checkpoint):
    from melanoma.training.checkpoint import read_checkpoint, save_checkpoint

    save_checkpoint(tmp_path, checkpoint)
    content = (tmp_path / "state.npz").read_bytes()
    (tmp_path / "state.new").write_bytes(content[: len(content) // 2])
    assert len(read_checkpoint(tmp_path).epochs) == 2


@pytest.mark.parametrize("damage", ["cut", "changed", "text", "empty"])
def test_a_damaged_one_is_as_none(tmp_path, checkpoint, damage):
    from melanoma.training.checkpoint import read_checkpoint, save_checkpoint

    save_checkpoint(tmp_path, checkpoint)
    path = tmp_path / "state.npz"
    content = bytearray(path.read_bytes())
    middle = content.index(checkpoint.weights[5].tobytes())
    content[middle] ^= 1
    damaged = {"cut": content[: middle + 2], "changed": content, "text": b"no archive", "empty": b""}
    path.write_bytes(bytes(damaged[damage]))
    assert read_checkpoint(tmp_path) is None


def test_one_of_another_backend_is_not_gone_on_from(tmp_path, checkpoint, monkeypatch):
    import keras

    from melanoma.training.checkpoint import read_checkpoint, save_checkpoint

    save_checkpoint(tmp_path, checkpoint)
    monkeypatch.setattr(keras.backend, "backend", lambda: "another")
    assert read_checkpoint(tmp_path) is None
