"""Time features of a frozen EfficientNet-Lite0 by OpenVINO and by TensorFlow, in turns, in one run.

    python -m benchmarks.forward_rate

A ratio is that of two rates of one turn; the middle of all turns is told, since other programs share the machine. What
a forward pass costs of the processor does not change with them.
"""

import os
import time
from dataclasses import dataclass
from statistics import median

import numpy as np

from melanoma.models.catalog import backbone_of
from melanoma.models.forward import Forward, fast_forward
from melanoma.models.inputs import Floats, Images
from melanoma.models.keras_forward import KerasForward

NETWORK, SIZE_PX, IMAGES, BATCH, TURNS = "efficientnet_lite0", 224, 256, 64, 5


def draw_images() -> Images:
    random = np.random.default_rng(1)
    coarse = random.integers(0, 256, (IMAGES, SIZE_PX // 16, SIZE_PX // 16, 3), dtype=np.uint8)
    return coarse.repeat(16, axis=1).repeat(16, axis=2)


@dataclass(frozen=True, eq=False)
class Turn:
    """Forward passes per second, and per second of processor time, and what they gave."""

    rate: float
    cpu_rate: float
    features: Floats


def time_passes(engine: Forward, batches: list[Images]) -> Turn:
    start, start_cpu = time.perf_counter(), time.process_time()
    results = list(engine.map(batches))
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - start_cpu
    return Turn(IMAGES / seconds, IMAGES / cpu_seconds, np.concatenate(results))


def main() -> None:
    images = draw_images()
    batches = [images[start : start + BATCH] for start in range(0, IMAGES, BATCH)]
    network = backbone_of(NETWORK).build(SIZE_PX, None)
    start = time.perf_counter()
    fast = fast_forward(network)
    ready_s = time.perf_counter() - start
    engines: dict[str, Forward] = {fast.engine: fast, "TensorFlow": KerasForward(network, "to compare")}
    timed: dict[str, list[Turn]] = {name: [] for name in engines}
    for engine in engines.values():
        engine(images[:BATCH])
    for _ in range(TURNS):
        for name, engine in engines.items():
            timed[name].append(time_passes(engine, batches))
    print(
        f"{NETWORK} at {SIZE_PX} px, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; ready after {ready_s:.1f} s"
    )
    for name, turns in timed.items():
        rates, cpu_rates = [turn.rate for turn in turns], [turn.cpu_rate for turn in turns]
        print(
            f"{name}: {median(rates):.0f} forward passes/s ({min(rates):.0f} to {max(rates):.0f}), "
            f"{median(cpu_rates):.0f} per second of processor time"
        )
    ours, theirs = timed.values()
    pairs = list(zip(ours, theirs, strict=True))
    ratio = median(one.rate / other.rate for one, other in pairs)
    cpu_ratio = median(one.cpu_rate / other.cpu_rate for one, other in pairs)
    gap = np.abs(ours[0].features - theirs[0].features).max()
    print(f"ratio: {ratio:.1f}, of processor time: {cpu_ratio:.1f}; largest difference of a feature: {gap:.1e}")


if __name__ == "__main__":
    main()
