"""A network trained on random pictures in this process: how fast, and to which bytes."""

import time
from pathlib import Path
from typing import Any

HOME = Path(".melanoma")  # the default one; nothing is written there
BATCH, SIZE_PX, CLASSES = 32, 180, 9
WARM_UP, STEPS = 2, 16


def time_steps(network: Any) -> tuple[float, str]:
    """Compile a network and train it on one batch; return images per second and the digest of its weights."""
    import keras
    import numpy as np

    from melanoma.fingerprint import digest_bytes

    network.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    random = np.random.default_rng(1)
    images = random.integers(0, 255, (BATCH, SIZE_PX, SIZE_PX, 3), dtype=np.uint8)
    truth = random.integers(0, CLASSES, BATCH)
    for _ in range(WARM_UP):
        network.train_on_batch(images, truth)
    start = time.perf_counter()
    for _ in range(STEPS):
        network.train_on_batch(images, truth)
    rate = STEPS * BATCH / (time.perf_counter() - start)
    return rate, digest_bytes(b"".join(weight.tobytes() for weight in network.get_weights()))
