import random
import threading

import numpy as np
import pytest

from melanoma.augmentation.augmentor import apply_policy, build_policy
from melanoma.config.balance import BalanceConfig, OperationConfig
from melanoma.errors import ConfigError

pytestmark = pytest.mark.filterwarnings("ignore:the matrix subclass")  # Augmentor's own
PICTURE = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
OPERATIONS = {  # every operation of Augmentor's Pipeline, with options that it takes
    "black_and_white": {},
    "crop_by_size": {"width": 20, "height": 20},
    "crop_centre": {"percentage_area": 0.8},
    "crop_random": {"percentage_area": 0.8},
    "flip_left_right": {},
    "flip_random": {},
    "flip_top_bottom": {},
    "gaussian_distortion": {"grid_width": 4, "grid_height": 4, "magnitude": 4, "corner": "bell", "method": "in"},
    "greyscale": {},
    "histogram_equalisation": {},
    "invert": {},
    "random_brightness": {"min_factor": 0.5, "max_factor": 1.5},
    "random_color": {"min_factor": 0.5, "max_factor": 1.5},
    "random_contrast": {"min_factor": 0.5, "max_factor": 1.5},
    "random_distortion": {"grid_width": 4, "grid_height": 4, "magnitude": 4},
    "random_erasing": {"rectangle_area": 0.3},
    "resize": {"width": 20, "height": 24},
    "rotate": {"max_left_rotation": 10, "max_right_rotation": 10},
    "rotate180": {},
    "rotate270": {},
    "rotate90": {},
    "rotate_random_90": {},
    "rotate_without_crop": {"max_left_rotation": 10, "max_right_rotation": 10},
    "scale": {"scale_factor": 1.5},
    "shear": {"max_shear_left": 10, "max_shear_right": 10},
    "skew": {},
    "skew_corner": {},
    "skew_left_right": {},
    "skew_tilt": {},
    "skew_top_bottom": {},
    "zoom": {"min_factor": 1.1, "max_factor": 1.5},
    "zoom_random": {"percentage_area": 0.8},
}


def policy_of(name, probability=1.0, **options):
    return build_policy([OperationConfig(name=name, probability=probability, options=options)])


def refusal(name, **options):
    with pytest.raises(ConfigError) as refused:
        policy_of(name, **options)
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_of_augmentor_repeats_its_copies(name):
    policy = policy_of(name, **OPERATIONS[name])
    for seed in range(10):
        copy = apply_policy(policy, PICTURE, seed)
        assert (copy.shape, copy.dtype) == (PICTURE.shape, np.uint8)
        assert np.array_equal(copy, apply_policy(policy, PICTURE, seed))


@pytest.mark.parametrize(
    "name", ["rotate", "rotate_random_90", "flip_random", "random_brightness", "gaussian_distortion"]
)
def test_another_seed_is_another_copy(name):
    policy = policy_of(name, **OPERATIONS[name])
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
    for name in ("invert", "flip_left_right", "rotate", "histogram_equalisation"):
        apply_policy(policy_of(name, **OPERATIONS[name]), PICTURE, 1)
    assert np.array_equal(PICTURE, before)


def test_the_global_random_state_is_neither_read_nor_changed():
    policy = policy_of("rotate", **OPERATIONS["rotate"])
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


def test_an_operation_that_does_not_exist_is_named():
    expected = "balance.operations: Augmentor has no operation 'rotat'; see its Pipeline's methods"
    assert refusal("rotat") == expected


@pytest.mark.parametrize("name", ["sample", "process", "status", "operations", "ground_truth", "add_operation"])
def test_what_is_no_operation_of_a_pipeline_is_refused(name):
    assert refusal(name).startswith(f"balance.operations: {name}: ")


@pytest.mark.parametrize(
    ("name", "options", "reason"),
    [
        ("rotate", {}, "missing 2 required positional arguments"),
        ("invert", {"strength": 1}, "unexpected keyword argument 'strength'"),
        ("rotate", {"max_left_rotation": "far", "max_right_rotation": 5}, "not supported between"),
    ],
)
def test_options_that_do_not_fit_are_named(name, options, reason):
    message = refusal(name, **options)
    assert message.startswith(f"balance.operations: {name}: ")
    assert reason in message
    assert message.endswith("; see Augmentor's documentation")


@pytest.mark.parametrize(
    ("name", "options", "reason"),
    [
        (
            "rotate",
            {"max_left_rotation": 50, "max_right_rotation": 5},
            "max_left_rotation argument must be between 0 and 25",
        ),
        ("zoom", {"min_factor": -1, "max_factor": 2}, "min_factor argument must be greater than 0"),
    ],
)
def test_options_out_of_range_are_told_with_their_range(name, options, reason):
    message = refusal(name, **options)
    assert message.startswith(f"balance.operations: {name}: ")
    assert reason in message
