import hashlib
import random
import subprocess
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import Augmentor
import numpy as np
import pytest
from PIL import Image

from melanoma.augmentation.augmentor import apply_policy, build_policy
from melanoma.config.balance import BalanceConfig, OperationConfig
from melanoma.config.operations import OPERATIONS
from melanoma.fingerprint import PROJECT_ROOT
from tests.unit.augmentation.policies import EXAMPLES, policy_of

PICTURE = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
SEEDS = range(10)
EVERY = pytest.mark.parametrize("name", OPERATIONS)


def test_there_is_an_example_of_every_operation():
    assert EXAMPLES.keys() == OPERATIONS.keys()


@EVERY
def test_an_operation_repeats_its_copies_and_changes_pixels(name):
    policy = policy_of(name, **EXAMPLES[name])
    copies = [apply_policy(policy, PICTURE, seed) for seed in SEEDS]
    assert all((copy.shape, copy.dtype) == (PICTURE.shape, np.uint8) for copy in copies)
    again = [apply_policy(policy, PICTURE, seed) for seed in SEEDS]
    assert np.array_equal(copies, again)
    assert not np.array_equal(copies, [PICTURE] * len(copies))


def run_augmentors_own(name, seed):
    """Apply an operation as Augmentor does, on the global generators, and bring the picture to its size as ours."""
    pipeline = Augmentor.Pipeline()
    getattr(pipeline, name)(probability=1, **EXAMPLES[name])
    random.seed(seed)
    np.random.seed(seed)
    (made,) = pipeline.operations[0].perform_operation([Image.fromarray(PICTURE)])
    return np.asarray(made.convert("RGB").resize(PICTURE.shape[:2], Image.Resampling.BICUBIC))


@EVERY
def test_an_operation_does_what_augmentors_own_does_under_the_same_seed(name):
    policy = policy_of(name, **EXAMPLES[name])
    with ThreadPoolExecutor(1) as another:  # which has no streams of its own, and so draws from the global ones
        for seed in SEEDS:
            expected = another.submit(run_augmentors_own, name, seed).result()
            assert np.array_equal(apply_policy(policy, PICTURE, seed), expected)


UNTOUCHED = """
import hashlib, random, sys
import numpy as np
from PIL import Image
import Augmentor
from tests.unit.augmentation.policies import EXAMPLES

assert Augmentor.Operations.np is np
for name in sys.argv[1:]:
    picture = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    pipeline = Augmentor.Pipeline()
    getattr(pipeline, name)(probability=1, **EXAMPLES[name])
    random.seed(3)
    np.random.seed(3)
    (made,) = pipeline.operations[0].perform_operation([Image.fromarray(picture)])
    print(hashlib.sha256(np.asarray(made).tobytes()).hexdigest())
"""


def test_the_stand_ins_change_no_result_of_augmentor_as_it_comes():
    names = ("skew", "skew_corner", "gaussian_distortion", "histogram_equalisation")
    command = [sys.executable, "-W", "ignore", "-c", UNTOUCHED, *names]
    answer = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    ours = [apply_policy(policy_of(name, **EXAMPLES[name]), PICTURE, 3) for name in names]
    assert answer.stdout.split() == [hashlib.sha256(copy.tobytes()).hexdigest() for copy in ours]


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_every_operation_gives_the_same_bytes_on_any_number_of_threads_whatever_runs_beside(workers):
    policies = [policy_of(name, **EXAMPLES[name]) for name in OPERATIONS]
    tasks = [(policy, seed) for seed in range(2) for policy in policies]
    alone = [apply_policy(policy, PICTURE, seed).tobytes() for policy, seed in tasks]
    stop = threading.Event()

    def disturb():
        while not stop.wait(0.001):
            run_augmentors_own("rotate", 1)

    beside = threading.Thread(target=disturb)
    beside.start()
    try:
        with ThreadPoolExecutor(workers) as pool:
            together = list(pool.map(lambda task: apply_policy(task[0], PICTURE, task[1]).tobytes(), tasks))
    finally:
        stop.set()
        beside.join()
    assert together == alone


def test_the_warning_filters_of_all_threads_are_left_alone():
    before = list(warnings.filters)
    policy = policy_of("histogram_equalisation")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda seed: apply_policy(policy, PICTURE, seed), range(200)))
    assert warnings.filters == before


@pytest.mark.parametrize(
    "name", ["rotate", "rotate_random_90", "flip_random", "random_brightness", "gaussian_distortion"]
)
def test_another_seed_is_another_copy(name):
    policy = policy_of(name, **EXAMPLES[name])
    assert len({apply_policy(policy, PICTURE, seed).tobytes() for seed in range(20)}) > 1


def test_what_has_probability_0_never_fires():
    policy = policy_of("invert", probability=0)
    assert all(np.array_equal(apply_policy(policy, PICTURE, seed), PICTURE) for seed in range(2000))


def test_what_has_probability_1_always_fires():
    policy = policy_of("invert", probability=1)
    assert all(np.array_equal(apply_policy(policy, PICTURE, seed), 255 - PICTURE) for seed in range(2000))


@pytest.mark.parametrize("probability", [0.05, 0.5, 0.7])
def test_a_probability_is_exact(probability):
    policy, draws = policy_of("invert", probability=probability), 4000
    fired = sum(
        not np.array_equal(apply_policy(policy, PICTURE[:4, :4], seed), PICTURE[:4, :4]) for seed in range(draws)
    )
    # 4 standard deviations of a binomial: at 0.5 within 0.032, where Augmentor's own rounding would give 0.55
    assert abs(fired / draws - probability) < 4 * (probability * (1 - probability) / draws) ** 0.5


def test_coins_of_two_operations_are_independent():
    policy = build_policy([OperationConfig(name="invert", probability=0.5)] * 2)
    same = sum(np.array_equal(apply_policy(policy, PICTURE[:4, :4], seed), PICTURE[:4, :4]) for seed in range(2000))
    # both or neither fire in half of the cases; were the coins one, it would be all
    assert abs(same / 2000 - 0.5) < 4 * (0.25 / 2000) ** 0.5


def test_operations_are_applied_in_their_order():
    steps = [
        OperationConfig(name="black_and_white", probability=1, options={"threshold": 200}),
        OperationConfig(name="invert", probability=1),
    ]
    picture = np.full((8, 8, 3), 100, np.uint8)
    assert (apply_policy(build_policy(steps), picture, 1) == 255).all()  # below 200 to black, then white
    assert (apply_policy(build_policy(steps[::-1]), picture, 1) == 0).all()  # 255 - 100 = 155, below 200


def test_an_empty_policy_copies():
    assert np.array_equal(apply_policy((), PICTURE, 1), PICTURE)


def test_the_original_is_left_as_it_was():
    before = PICTURE.copy()
    for name in OPERATIONS:
        apply_policy(policy_of(name, **EXAMPLES[name]), PICTURE, 1)
    assert np.array_equal(PICTURE, before)


def test_the_global_random_state_is_neither_read_nor_changed():
    policy = policy_of("rotate", **EXAMPLES["rotate"])
    random.seed(1)
    np.random.seed(1)
    before = (random.getstate(), np.random.get_state()[1].tolist())
    first = apply_policy(policy, PICTURE, 5)
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before
    random.seed(2)
    assert np.array_equal(apply_policy(policy, PICTURE, 5), first)


def test_threads_do_not_draw_from_each_other():
    policy = build_policy(BalanceConfig().operations)
    alone = [apply_policy(policy, PICTURE, seed).tobytes() for seed in range(200)]
    together, start = [None] * 200, threading.Barrier(4)

    def work(first):
        start.wait()
        for seed in range(first, 200, 4):
            together[seed] = apply_policy(policy, PICTURE, seed).tobytes()

    threads = [threading.Thread(target=work, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone


def test_the_filter_that_pillow_has_renamed_is_the_one_of_its_new_name():
    copy = apply_policy(policy_of("resize", width=40, height=40, resample_filter="ANTIALIAS"), PICTURE, 1)
    large = Image.fromarray(PICTURE).resize((40, 40), Image.Resampling.LANCZOS)
    assert np.array_equal(copy, np.asarray(large.resize((32, 32), Image.Resampling.BICUBIC)))


@pytest.mark.parametrize("centre", [True, False])
def test_a_picture_that_is_smaller_than_a_crop_stays_as_it_is(centre):
    policy = policy_of("crop_by_size", width=33, height=20, centre=centre)
    assert np.array_equal(apply_policy(policy, PICTURE, 1), PICTURE)


def test_a_crop_after_a_scale_sees_the_larger_picture():
    """Scale by 2, then the centre at the first size: the middle quarter of the picture, magnified."""
    steps = [
        OperationConfig(name="scale", probability=1, options={"scale_factor": 2}),
        OperationConfig(name="crop_by_size", probability=1, options={"width": 32, "height": 32}),
    ]
    large = Image.fromarray(PICTURE).resize((64, 64), Image.Resampling.BICUBIC)
    assert np.array_equal(apply_policy(build_policy(steps), PICTURE, 1), np.asarray(large.crop((16, 16, 48, 48))))


def test_colour_may_follow_what_leaves_one_channel():
    names = ("greyscale", "random_color", "black_and_white", "histogram_equalisation", "random_contrast")
    steps = [OperationConfig(name=name, probability=1, options=EXAMPLES[name]) for name in names]
    assert apply_policy(build_policy(steps), PICTURE, 1).shape == PICTURE.shape


def test_crops_of_crops_never_leave_nothing():
    """A tenth of 32 px is 3 px; a tenth of that would be none."""
    crop = OperationConfig(name="crop_centre", probability=1, options={"percentage_area": 0.1})
    assert apply_policy(build_policy([crop] * 4), PICTURE, 1).shape == PICTURE.shape
