"""Any policy makes a copy of any image, and its pixels follow from seed, content, number and policy alone."""

import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from melanoma.augmentation.augmentor import apply_policy, build_policy
from melanoma.augmentation.copies import CopyPlan, write_copies
from melanoma.config.balance import OperationConfig
from melanoma.config.operations import OPERATIONS
from melanoma.data.shards import open_pixels
from tests.unit.augmentation.policies import POLICIES

SIDES = st.sampled_from([32, 33, 48, 61])
SEEDS = st.integers(0, 2**63 - 1)
SEQUENCES = st.permutations(range(6))
CUTS = st.lists(st.integers(1, 5), max_size=3, unique=True).map(sorted)
PICTURES = np.random.default_rng(1).integers(0, 256, (6, 32, 32, 3), dtype=np.uint8)


@settings(max_examples=150, deadline=None)
@given(POLICIES, SIDES, SEEDS)
def test_any_policy_makes_a_copy_of_the_same_form_and_makes_it_again(configs, side, seed):
    policy = build_policy(configs)
    picture = np.random.default_rng(side).integers(0, 256, (side, side, 3), dtype=np.uint8)
    copy = apply_policy(policy, picture, seed)
    assert (copy.shape, copy.dtype) == (picture.shape, np.uint8)
    assert np.array_equal(copy, apply_policy(build_policy(configs), picture, seed))


@settings(max_examples=25, deadline=None)
@given(POLICIES, SEEDS, SEQUENCES, CUTS, st.integers(1, 6))
def test_neither_order_nor_shards_nor_other_images_change_a_copy(configs, seed, sequence, cuts, images):
    """Some of six images, in any order, over up to four shards, against all six in one."""
    everything = _write([list(range(6))], configs, seed)
    chosen = sequence[:images]
    bounds = [0, *(cut for cut in cuts if cut < images), images]
    shards = [chosen[low:high] for low, high in pairwise(bounds)]
    made = _write(shards, configs, seed)
    assert made == {copy: everything[copy] for copy in made}
    assert len(made) == 2 * images


def _write(shards, configs, seed):
    """Write two copies of each image; return their bytes by image and number."""
    made = {}
    for images in shards:
        plan = CopyPlan(tuple((row, f"sha of {image}", k) for row, image in enumerate(images) for k in (0, 1)))
        with tempfile.TemporaryDirectory() as folder:
            write_copies(PICTURES[images], plan, configs, seed, Path(folder))
            pixels = [copy.tobytes() for copy in open_pixels(Path(folder))]
        made |= {(images[row], k): copy for (row, _, k), copy in zip(plan.copies, pixels, strict=True)}
    return made


@given(st.sampled_from(sorted(OPERATIONS)), st.text(max_size=12), st.none() | st.text(max_size=5) | st.floats())
def test_a_wrong_option_never_becomes_an_operation(name, option, value):
    allowed = {**OPERATIONS[name].needed, **OPERATIONS[name].optional}
    fits = option in allowed and value is not None and allowed[option].accepts(value)
    is_one = True
    try:
        OperationConfig.model_validate({"name": name, "probability": 1, "options": {option: value}})
    except ValueError:
        is_one = False
    assert fits or not is_one
