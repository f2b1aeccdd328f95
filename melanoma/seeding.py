"""Randomness as an argument: independent streams derived from one seed and the names of what they are for."""

import hashlib

import numpy as np


def derive_seed(seed: int, *names: object) -> int:
    """Derive an independent 63-bit seed for one purpose.

    The result depends on the seed and the names alone, so that no worker count, order or clock can change it.

    Args:
        seed: The run's seed, any integer.
        *names: What the stream is for, such as ``"copy", image_digest, 3``.

    Returns:
        An integer in [0, 2**63).

    Examples:
        >>> derive_seed(1, "split") == derive_seed(1, "split")
        True
        >>> derive_seed(1, "split") == derive_seed(2, "split")
        False
    """
    text = "\x1f".join([str(seed), *(str(name) for name in names)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def generator(seed: int, *names: object) -> np.random.Generator:
    """Return numpy's default generator on the stream of `derive_seed`."""
    return np.random.default_rng(derive_seed(seed, *names))
