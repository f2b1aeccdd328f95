"""How fast ingest is beside what bounds it: the same images decoded and resized, and nothing else, on all cores.

    python benchmarks/ingest_rate.py

Images are drawn, 600x450 and 24 megapixels, JPEG at quality 90. The limit is measured in the same run, before and
after, in threads and in processes, with the format's own down-scaling; the fastest counts. Ingest lists, digests,
decodes, turns, converts, resizes, measures, digests again and writes shards and manifest.
"""

import io
import os
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
from added_images import ingest
from PIL import Image

SIZE_PX = 180
SETS = {"600x450": ((600, 450), 4000), "24 megapixels": ((6000, 4000), 80)}


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


def only_decode(path: Path) -> int:
    """Decode and resize one image."""
    with Image.open(io.BytesIO(path.read_bytes())) as image:
        image.draft("RGB", (2 * SIZE_PX, 2 * SIZE_PX))
        return image.convert("RGB").resize((SIZE_PX, SIZE_PX), Image.Resampling.BICUBIC).width


def limit(paths: Sequence[Path], pool: Callable[[int], Executor]) -> float:
    """Return images per second when they are only decoded and resized."""
    workers = os.cpu_count() or 1
    with pool(workers) as executor:
        list(executor.map(only_decode, paths[:workers]))
        start = time.perf_counter()
        list(executor.map(only_decode, paths, chunksize=max(1, len(paths) // (8 * workers))))
        return len(paths) / (time.perf_counter() - start)


def main() -> None:
    """Compare ingest with its limit for both sizes."""
    with tempfile.TemporaryDirectory() as folder:
        ingest(Path(folder, "warm home"), draw(Path(folder, "warm"), (64, 64), 20)[0].parents[1])
        for name, (shape, count) in SETS.items():
            data = Path(folder, name)
            paths = draw(data, shape, count)
            before = [limit(paths, pool) for pool in (ThreadPoolExecutor, ProcessPoolExecutor)]
            rate = count / ingest(Path(folder, f"home {name}"), data)
            after = [limit(paths, pool) for pool in (ThreadPoolExecutor, ProcessPoolExecutor)]
            best = max(*before, *after)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"{name:<14} ingest {rate:7.1f}/s, limit {best:7.1f}/s, ratio {rate / best:.2f}, peak {peak:,.0f} MB")


if __name__ == "__main__":
    main()
