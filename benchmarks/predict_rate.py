"""How fast files are predicted beside what bounds it: each part of the work alone, in turns, in one run.

    python -m benchmarks.predict_rate [MODEL]

Images are drawn, 600x450, JPEG at quality 90. MODEL is the model.keras of a run; without it the network is that of the
profile default, with a head of random weights: the arithmetic is the same. Every part uses all cores, so that the bound
is the sum of the parts' seconds. Other programs share the machine; what an image costs of the processor does not change
with them, and says how many a second the cores could do if they were free.
The last line says what four times as many images add to the peak of memory: their names, not their pixels.
"""

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median

import keras
import numpy as np

from benchmarks.ingest_rate import draw
from melanoma.config.loading import load_config
from melanoma.data.decode import Decoded
from melanoma.data.decode_ahead import decode_ahead
from melanoma.data.given_images import find_images
from melanoma.data.sources import ImageFile
from melanoma.evaluation.figure import NotEvaluated
from melanoma.models.catalog import backbone_of
from melanoma.models.forward import fast_forward
from melanoma.stages.abstention import Judge
from melanoma.stages.predicted_rows import RowBuilder
from melanoma.stages.prediction_table import RowMaker
from melanoma.training.compose import average
from melanoma.training.model_file import load_model
from melanoma.training.predict import BATCH, Forward
from melanoma.training.predict_files import Predicted, predict_files

IMAGES, TURNS, REPEATS, CLASSES = 192, 3, 4, 9
CONFIG = load_config(Path(__file__).resolve().parents[1] / "configs" / "default.yaml")
BUILDER = RowBuilder(
    RowMaker([f"class {n}" for n in range(CLASSES)]), Judge(CONFIG.ingest.size_px, NotEvaluated("no run")), "csv"
)


def find_model() -> keras.Model:
    """Return the network that is measured."""
    if len(sys.argv) > 1:
        return load_model(Path(sys.argv[1])).network
    frozen = backbone_of(CONFIG.train.network).build_frozen(CONFIG.ingest.size_px, CONFIG.train.weights)
    network = keras.Model(frozen.input, keras.layers.Dense(CLASSES)(frozen.output))
    return average([network], CONFIG.train.views)


def go_through(work: Iterable[object]) -> None:
    for _ in work:
        pass


def predict(forward: Forward, images: tuple[ImageFile, ...]) -> None:
    """Do all that `melanoma predict` does for each image, but write no table."""
    nothing = np.empty((len(images), 0), np.float32)
    for batch in predict_files(forward, images, nothing, CONFIG.ingest):
        BUILDER.tell([one for one in batch if isinstance(one, Predicted)])


def list_parts(forward: Forward, images: tuple[ImageFile, ...]) -> dict[str, Callable[[], None]]:
    """Return each part of the work alone, and the whole of it."""
    decoded = [picture for _, picture in decode_ahead(images, CONFIG.ingest) if isinstance(picture, Decoded)]
    cuts = [decoded[start : start + BATCH] for start in range(0, len(decoded), BATCH)]
    batches = [np.stack([picture.pixels for picture in cut]) for cut in cuts]
    return {
        "decoding": lambda: go_through(decode_ahead(images, CONFIG.ingest)),
        "judging": lambda: go_through(BUILDER.judge.find_doubts(cut) for cut in cuts),
        "passing on": lambda: go_through(forward(batch) for batch in batches),
        "all": lambda: predict(forward, images),
    }


def time_part(part: Callable[[], None]) -> tuple[float, float]:
    """Return seconds, and seconds of processor time, for each image."""
    start, start_cpu = time.perf_counter(), time.process_time()
    part()
    return (time.perf_counter() - start) / IMAGES, (time.process_time() - start_cpu) / IMAGES


def report(timed: dict[str, list[tuple[float, float]]]) -> None:
    cores = len(os.sched_getaffinity(0))
    for name, turns in timed.items():
        wall, cpu = (median(column) for column in zip(*turns, strict=True))
        print(f"{name:<11}{1 / wall:>6.0f}/s, {1e3 * cpu:>5.1f} ms of processor time: {cores / cpu:.0f}/s at most")
    *parts, whole = timed.values()
    for kind, place in (("seconds", 0), ("processor time", 1)):
        ratios = [sum(part[n][place] for part in parts) / whole[n][place] for n in range(TURNS)]
        print(f"ratio to its bound in {kind}: {median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


def peak_mb() -> float:
    """Return the most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    forward = fast_forward(find_model())
    with tempfile.TemporaryDirectory() as folder:
        draw(Path(folder), (600, 450), IMAGES)
        images = find_images([Path(folder)]).images
        predict(forward, images[: 2 * BATCH])
        first = peak_mb()
        predict(forward, images[: 2 * BATCH] * REPEATS)
        more = peak_mb() / first
        parts = list_parts(forward, images)
        timed: dict[str, list[tuple[float, float]]] = {name: [] for name in parts}
        for _ in range(TURNS):
            for name, part in parts.items():
                timed[name].append(time_part(part))
    print(f"{forward.engine}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    report(timed)
    print(f"peak {first:,.0f} MB for {2 * BATCH} images, {more:.2f} times that for {REPEATS} times as many")


if __name__ == "__main__":
    main()
