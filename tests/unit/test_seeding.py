import hashlib
import random

import numpy as np

from melanoma.seeding import derive_seed, generator


def test_a_seed_is_the_first_63_bits_of_the_sha256_of_seed_and_names():
    expected = int(hashlib.sha256(b"123\x1fcopy\x1fabc\x1f7").hexdigest()[:16], 16) // 2
    assert derive_seed(123, "copy", "abc", 7) == expected < 2**63


def test_seeds_differ_by_run_purpose_and_number():
    seeds = {derive_seed(seed, name, n) for seed in range(10) for name in ("copy", "split") for n in range(50)}
    assert len(seeds) == 10 * 2 * 50


def test_names_are_kept_apart():
    assert derive_seed(1, "ab", "c") != derive_seed(1, "a", "bc")
    assert derive_seed(1, 1, 23) != derive_seed(1, 12, 3)
    assert derive_seed(11, "a") != derive_seed(1, 1, "a")


def test_a_generator_repeats_its_stream_and_no_other():
    assert generator(1, "a").random(5).tolist() == generator(1, "a").random(5).tolist()
    assert generator(1, "a").random(5).tolist() != generator(1, "b").random(5).tolist()


def test_generators_leave_the_global_random_state_alone():
    before = (random.getstate(), np.random.get_state()[1].tolist())
    generator(1, "a").random(1000)
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before
