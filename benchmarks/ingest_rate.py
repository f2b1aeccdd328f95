"""How fast ingest is beside what bounds it: the same images decoded and resized, and nothing else, on all cores.

    python -m benchmarks.ingest_rate [REPETITIONS]

Images are drawn, 600x450 and 24 megapixels, JPEG at quality 90. Two limits are measured in the same run: decoding to
at least twice the side, as careful readers do, and decoding with ingest's own down-scaling, which leaves the resize
less to do. Both are measured in threads and in processes, before and after ingest in each repetition; of each the
fastest counts. Ingest lists, digests, decodes, turns, converts, resizes, measures, digests again and writes shards and
manifest; shards are made two at a time, as the pipeline makes them. The ratios of processor time tell the same on a
machine that others use too.
"""

import io
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.added_images import ingest
from melanoma.config.ingest import IngestConfig
from melanoma.data.decode import DRAFT_SCALE

SIZE_PX = IngestConfig().size_px
LIMITS = {"decode to twice the side, resize": 2.0, "decode as ingest does, resize": DRAFT_SCALE}
SETS = {"600x450": ((600, 450), 4000), "24 megapixels": ((6000, 4000), 80)}


@dataclass(frozen=True)
class Spent:
    """Seconds by the clock, and seconds of processors, those of ended processes too."""

    wall_s: float
    cpu_s: float

    @classmethod
    def so_far(cls) -> "Spent":
        """Look at the clocks."""
        return cls(time.perf_counter(), sum(os.times()[:4]))

    def __sub__(self, earlier: "Spent") -> "Spent":
        """Return what was spent since."""
        return Spent(self.wall_s - earlier.wall_s, self.cpu_s - earlier.cpu_s)


def fastest(times: Iterable[Spent]) -> Spent:
    """Return the least of each kind of time."""
    wall, cpu = zip(*((spent.wall_s, spent.cpu_s) for spent in times), strict=True)
    return Spent(min(wall), min(cpu))


def draw(folder: Path, shape: tuple[int, int], count: int) -> list[Path]:
    """Draw skin-like pictures with noise, so that they decode as slowly as real ones."""
    random = np.random.default_rng(0)
    paths = []
    for number in range(count):
        path = folder / ("nevus", "melanoma")[number % 2] / f"ISIC_{number:07d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        coarse = random.integers(90, 220, (shape[1] // 8, shape[0] // 8, 3), dtype=np.uint8)
        picture = Image.fromarray(coarse).resize(shape, Image.Resampling.BICUBIC)
        picture.save(path, quality=90)
        paths.append(path)
    return paths


def only_decode(scale: float, path: Path) -> int:
    """Decode and resize one image; the format may scale it down to no less than some times the side."""
    enough_px = int(scale * SIZE_PX)
    with Image.open(io.BytesIO(path.read_bytes())) as image:
        image.draft("RGB", (enough_px, enough_px))
        return image.convert("RGB").resize((SIZE_PX, SIZE_PX), Image.Resampling.BICUBIC).width


def time_limit(paths: Sequence[Path], pool: Callable[[int], Executor], scale: float) -> Spent:
    """Only decode and resize."""
    workers = os.cpu_count() or 1
    with pool(workers) as executor:
        list(executor.map(partial(only_decode, scale), paths[:workers]))
        start = Spent.so_far()
        list(executor.map(partial(only_decode, scale), paths, chunksize=max(1, len(paths) // (8 * workers))))
    return Spent.so_far() - start


def time_limits(paths: Sequence[Path]) -> dict[str, Spent]:
    """Measure both limits, each in threads and in processes."""
    pools = (ThreadPoolExecutor, ProcessPoolExecutor)
    return {name: fastest(time_limit(paths, pool, scale) for pool in pools) for name, scale in LIMITS.items()}


def time_ingest(folder: Path, data: Path) -> Spent:
    """Ingest a set into a new home."""
    start = Spent.so_far()
    with tempfile.TemporaryDirectory(dir=folder) as home:
        ingest(Path(home), data, shards_at_once=2)
        return Spent.so_far() - start


def compare(name: str, folder: Path, paths: Sequence[Path], repetitions: int) -> None:
    """Print ingest's rate beside both limits."""
    found: list[dict[str, Spent]] = []
    for _ in range(repetitions):
        found.append(time_limits(paths))
        found.append({"ingest": time_ingest(folder, paths[0].parents[1])})
    found.append(time_limits(paths))
    best = {what: fastest(times[what] for times in found if what in times) for what in ("ingest", *LIMITS)}
    ours, peak = best["ingest"], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:<14} ingest {len(paths) / ours.wall_s:7.1f}/s, peak {peak:,.0f} MB")
    for what in LIMITS:
        limit = best[what]
        ratio, cpu_ratio = limit.wall_s / ours.wall_s, limit.cpu_s / ours.cpu_s
        print(
            f"    {what:<36} {len(paths) / limit.wall_s:7.1f}/s, ratio {ratio:.2f}, of processor time {cpu_ratio:.2f}"
        )


def main() -> None:
    """Compare ingest with its limits for both sizes."""
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    with tempfile.TemporaryDirectory() as folder:
        ingest(Path(folder, "warm home"), draw(Path(folder, "warm"), (64, 64), 20)[0].parents[1])
        for name, (shape, count) in SETS.items():
            compare(name, Path(folder), draw(Path(folder, name), shape, count), repetitions)


if __name__ == "__main__":
    main()
