"""How fast files are predicted beside what bounds it: the files only decoded, and the pictures only passed on.

    python benchmarks/predict_rate.py [NETWORK]

Images are drawn, 600x450, JPEG at quality 90; the network, by default that of the default configuration, has random
weights. Decoding and passing on both use all cores, so that the bound is the sum of their seconds. The second line says
what four times as many images add to the peak of memory: their names, not their pixels.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from ingest_rate import draw

from melanoma.config.ingest import IngestConfig
from melanoma.config.train import TrainConfig
from melanoma.data.decode_ahead import decode_ahead
from melanoma.data.given_images import find_images
from melanoma.data.sources import ImageFile
from melanoma.models.catalog import find_network
from melanoma.models.forward import fast_forward
from melanoma.models.network import Shape
from melanoma.training.predict import BATCH, Forward
from melanoma.training.predict_files import predict_files

IMAGES, REPEATS, CLASSES = 1500, 4, 9
CONFIG = IngestConfig()


def seconds_of(work: Iterator[object]) -> float:
    """Return how long something takes to go through."""
    start = time.perf_counter()
    for _ in work:
        pass
    return time.perf_counter() - start


def only_pass_on(forward: Forward, count: int) -> Iterator[object]:
    """Pass random pictures through the network."""
    random = np.random.default_rng(0)
    pictures = random.integers(0, 256, (BATCH, CONFIG.size_px, CONFIG.size_px, 3), dtype=np.uint8)
    for _ in range(count // BATCH):
        yield forward(pictures)


def peak_mb() -> float:
    """Return the most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Compare predicting with its bound, and its memory with that for four times as many images."""
    config = TrainConfig(network=sys.argv[1]) if len(sys.argv) > 1 else TrainConfig()
    forward = fast_forward(find_network(config.network).build(Shape(CONFIG.size_px, CLASSES), config))
    with tempfile.TemporaryDirectory() as folder:
        draw(Path(folder), (600, 450), IMAGES)
        images: tuple[ImageFile, ...] = find_images([Path(folder)]).images
        nothing = np.empty((IMAGES * REPEATS, 0), np.float32)
        seconds_of(predict_files(forward, images[: 4 * BATCH], nothing[: 4 * BATCH], CONFIG))
        decoding = seconds_of(decode_ahead(images, CONFIG))
        passing = seconds_of(only_pass_on(forward, IMAGES))
        whole = seconds_of(predict_files(forward, images, nothing[:IMAGES], CONFIG))
        first = peak_mb()
        seconds_of(predict_files(forward, images * REPEATS, nothing, CONFIG))
        print(
            f"{config.network}: {IMAGES / whole:.0f}/s; only decoded {IMAGES / decoding:.0f}/s, only passed on "
            f"{IMAGES / passing:.0f}/s; ratio to their bound {(decoding + passing) / whole:.2f}"
        )
        more = peak_mb() / first
        print(f"peak {first:,.0f} MB for {IMAGES:,} images, {more:.2f} times that for {REPEATS} times as many")


if __name__ == "__main__":
    main()
