"""Time features of a frozen EfficientNet-Lite0 by OpenVINO and by TensorFlow, in turns, in one run.

    python -m benchmarks.forward_rate

A ratio is that of two rates of one turn; the middle of all turns is told, since other programs share the machine. What
a forward pass costs of the processor does not change with them.
"""

import os
import time
from collections.abc import Callable
from statistics import median

import numpy as np

from melanoma.models.catalog import backbone_of
from melanoma.models.forward import Floats, fast_forward
from melanoma.models.inputs import Images
from melanoma.models.keras_forward import KerasForward

NETWORK, SIZE_PX, IMAGES, BATCH, TURNS = "efficientnet_lite0", 224, 256, 64, 5


def draw_images() -> Images:
    random = np.random.default_rng(1)
    coarse = random.integers(0, 256, (IMAGES, SIZE_PX // 16, SIZE_PX // 16, 3), dtype=np.uint8)
    return coarse.repeat(16, axis=1).repeat(16, axis=2)


def time_passes(forward: Callable[[list[Images]], list[Floats]], batches: list[Images]) -> tuple[float, float, Floats]:
    """Return forward passes per second, and per second of processor time, and what they gave."""
    start, start_cpu = time.perf_counter(), time.process_time()
    results = forward(batches)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - start_cpu
    return IMAGES / seconds, IMAGES / cpu_seconds, np.concatenate(results)


def main() -> None:
    images = draw_images()
    batches = [images[start : start + BATCH] for start in range(0, IMAGES, BATCH)]
    network = backbone_of(NETWORK).build(SIZE_PX, None)
    start = time.perf_counter()
    fast = fast_forward(network)
    ready_s = time.perf_counter() - start
    engines = {fast.engine: fast, "TensorFlow": KerasForward(network, "to compare")}
    timed = {name: [] for name in engines}
    for engine in engines.values():
        engine(images[:BATCH])
    for _ in range(TURNS):
        for name, engine in engines.items():
            timed[name].append(time_passes(lambda given, engine=engine: list(engine.map(given)), batches))
    print(
        f"{NETWORK} at {SIZE_PX} px, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; ready after {ready_s:.1f} s"
    )
    for name, turns in timed.items():
        rates, cpu_rates = [turn[0] for turn in turns], [turn[1] for turn in turns]
        print(
            f"{name}: {median(rates):.0f} forward passes/s ({min(rates):.0f} to {max(rates):.0f}), "
            f"{median(cpu_rates):.0f} per second of processor time"
        )
    ours, theirs = timed.values()
    ratio, cpu_ratio = (median(one[k] / other[k] for one, other in zip(ours, theirs, strict=True)) for k in (0, 1))
    gap = np.abs(ours[0][2] - theirs[0][2]).max()
    print(f"ratio: {ratio:.1f}, of processor time: {cpu_ratio:.1f}; largest difference of a feature: {gap:.1e}")


if __name__ == "__main__":
    main()
