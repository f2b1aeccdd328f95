from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest

from melanoma.augmentation.augmentor import apply_policy, build_policy
from melanoma.augmentation.copies import CopyPlan, write_copies
from melanoma.config.balance import BalanceConfig, OperationConfig
from melanoma.data.shards import open_pixels
from melanoma.seeding import derive_seed

ORIGINALS = np.random.default_rng(0).integers(0, 256, (3, 24, 24, 3), dtype=np.uint8)
POLICY = BalanceConfig().operations
COPIES = tuple((row, f"sha of {row}", copy) for row in range(3) for copy in range(12))


@pytest.fixture
def write(tmp_path):
    def made(copies, seed=1, operations=POLICY, originals=ORIGINALS, name="copies"):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        assert write_copies(originals, CopyPlan(tuple(copies)), operations, seed, folder) == {"copies": len(copies)}
        return {copy: pixels.tobytes() for copy, pixels in zip(copies, open_pixels(folder), strict=True)}

    return made


def test_a_copy_is_the_policy_on_its_parent_under_its_own_seed(write):
    made = write(COPIES, seed=9)
    expected = apply_policy(build_policy(POLICY), ORIGINALS[2], derive_seed(9, "copy", "sha of 2", 7))
    assert made[2, "sha of 2", 7] == expected.tobytes()


def test_copies_of_one_image_differ(write):
    made = write(COPIES)
    assert len({made[0, "sha of 0", copy] for copy in range(12)}) > 6


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_the_same_bytes_come_out_whatever_the_number_of_threads(write, tmp_path, monkeypatch, workers):
    write(COPIES, name="as usual")
    monkeypatch.setattr("melanoma.augmentation.copies.ThreadPoolExecutor", partial(ThreadPoolExecutor, workers))
    write(COPIES, name="with workers")
    assert (tmp_path / "as usual/pixels.npy").read_bytes() == (tmp_path / "with workers/pixels.npy").read_bytes()


def test_a_copy_does_not_depend_on_which_others_are_made_nor_in_which_order(write):
    everything = write(COPIES)
    backwards = write(COPIES[::-1], name="backwards")
    alone = write(COPIES[20:21], name="alone")
    assert backwards == everything
    assert alone[COPIES[20]] == everything[COPIES[20]]


def test_a_copy_does_not_depend_on_where_its_parent_stands(write):
    turned = write([(2 - row, sha, copy) for row, sha, copy in COPIES], originals=ORIGINALS[::-1], name="turned")
    assert list(turned.values()) == list(write(COPIES).values())


def test_a_copy_depends_on_seed_content_number_and_policy(write):
    spin = [
        OperationConfig(
            name="random_distortion", probability=1, options={"grid_width": 3, "grid_height": 3, "magnitude": 5}
        )
    ]
    base = write([(0, "a", 0)], 1, spin)[0, "a", 0]
    others = [
        write([(0, "a", 0)], 2, spin),
        write([(0, "b", 0)], 1, spin),
        write([(0, "a", 1)], 1, spin),
        write([(1, "a", 0)], 1, spin),
        write([(0, "a", 0)], 1, [*spin, OperationConfig(name="invert", probability=1)]),
    ]
    assert base not in [pixels for made in others for pixels in made.values()]


def test_the_digest_of_a_plan_is_that_of_its_copies_in_order():
    base = CopyPlan(COPIES)
    assert CopyPlan(tuple(COPIES)).digest == base.digest
    assert len({base.digest, CopyPlan(COPIES[::-1]).digest, CopyPlan(COPIES[:-1]).digest}) == 3
