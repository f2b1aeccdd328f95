"""Copies per second: Augmentor's own `Pipeline.sample()` beside ours, same operations, same number of copies, same run.

    python -m benchmarks.augmentation

Images are drawn, 600x450 and 3000x2000, JPEG at quality 90; two copies of each are made, as many as the well-known
notebook makes, by the operations of the default configuration. Each side is measured in turn, in several rounds.

- Augmentor: `sample()` with its default threads. For each copy it decodes a file, works on it at its full size, and
  saves a JPEG. Whoever trains on it decodes and resizes that file once more; this is not counted.
- ours: all from files to copies in shards: listing and digesting, decoding and resizing of the originals (ingest, with
  all that the audit wants to know of them), copies at the run's size, digests, sealed artifacts on disk.
- balance alone: the copies, where the originals are in shards already, as they are in each later run.
"""

import contextlib
import io
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import Augmentor
import numpy as np
import pandas as pd

from benchmarks.ingest_rate import draw
from melanoma.artifacts.known_digests import KnownDigests
from melanoma.artifacts.record import Artifact, Made, Recipe
from melanoma.artifacts.store import ArtifactStore
from melanoma.config.balance import BalanceConfig
from melanoma.config.pipeline import PipelineConfig
from melanoma.data.sources import list_sources
from melanoma.stages.engine import Order, Surroundings, execute
from melanoma.stages.files import MANIFEST
from melanoma.stages.job import PartRequest
from melanoma.stages.table import BALANCE, INGEST, PARTS

ROUNDS, COPIES_OF_EACH = 3, 2
SETS = {"600x450": ((600, 450), 150), "3000x2000": ((3000, 2000), 12)}
TARGETS = {"600x450": 2.5, "3000x2000": 6.0}


def sample_with_augmentor(data: Path, output: Path, copies: int) -> float:
    """Let Augmentor make copies with the operations of the default configuration; return the seconds."""
    random.seed(1)
    np.random.seed(1)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        pipeline = Augmentor.Pipeline(str(data), str(output))
        for operation in BalanceConfig().operations:
            getattr(pipeline, operation.name)(probability=operation.probability, **operation.options)
        start = time.perf_counter()
        pipeline.sample(copies)
        return time.perf_counter() - start


def copy_with_shards(data: Path, home: Path, copies: int) -> tuple[float, float]:
    """Ingest a set and make copies of it; return the seconds of both together, and of the copies alone."""
    home.mkdir()
    store = ArtifactStore(home)
    config = PipelineConfig(balance=BalanceConfig(mode="add", images_per_class=copies // 2))  # of two classes
    stages = {stage.name: stage for stage in PARTS}

    def make_parts(requests: Sequence[PartRequest]) -> list[Artifact]:
        orders = [Order(stages[request.stage], config, request.inputs, request.material) for request in requests]
        return [execute(store, order, around).artifact for order in orders]

    around = Surroundings(make_parts, lambda *_: None, time.perf_counter, {})
    start = time.perf_counter()
    sources = list_sources([data], (), KnownDigests(home).recall)
    ingested = execute(store, Order(INGEST, config, {}, sources), around).artifact
    seconds_of_ingest = time.perf_counter() - start
    divided = give_all_to_training(store, ingested)
    start = time.perf_counter()
    made = execute(store, Order(BALANCE, config, {"ingest": ingested, "split": divided}), around).artifact
    seconds = time.perf_counter() - start
    assert made.summary["copies"] == copies
    return seconds_of_ingest + seconds, seconds


def give_all_to_training(store: ArtifactStore, ingested: Artifact) -> Artifact:
    """Return what the split stage would leave if it kept nothing back."""
    manifest = pd.read_parquet(ingested.path(MANIFEST)).assign(split="train")

    def write(folder: Path) -> Made:
        manifest.assign(group_id=manifest["image_id"]).to_parquet(folder / MANIFEST, index=False)
        return Made()

    return store.obtain(Recipe("split", {"of": ingested.digest}), write).artifact


def compare(folder: Path, name: str, shape: tuple[int, int], images: int) -> None:
    """Measure both sides in turn and print copies per second and their ratios."""
    data, copies = folder / name, COPIES_OF_EACH * images
    draw(data, shape, images)
    rounds = []
    for number in range(ROUNDS):
        seconds = sample_with_augmentor(data, folder / f"augmentor {name} {number}", copies)
        rounds.append((seconds, *copy_with_shards(data, folder / f"home {name} {number}", copies)))
    theirs, ours, alone = (copies / statistics.median(column) for column in zip(*rounds, strict=True))
    ratios = [seconds / total for seconds, total, _ in rounds]
    ratio, target = statistics.median(ratios), TARGETS[name]
    print(f"{name}: {copies} copies of {images} images, {ROUNDS} rounds")
    print(f"  Augmentor     {theirs:8.1f} copies/s")
    print(f"  ours          {ours:8.1f} copies/s, ratio {ratio:.1f} ({', '.join(f'{r:.1f}' for r in ratios)})", end="")
    print(f", target {target}: {'met' if ratio >= target else 'MISSED'}")
    print(f"  balance alone {alone:8.1f} copies/s, ratio {alone / theirs:.1f}")


def main() -> None:
    """Warm up, then compare both sizes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        draw(folder / "warm", (64, 64), 20)
        copy_with_shards(folder / "warm", folder / "warm home", 20)
        for size, (shape, images) in SETS.items():
            compare(folder, size, shape, images)


if __name__ == "__main__":
    main()
