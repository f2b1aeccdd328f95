"""What one per cent of new images costs: the ingest of a set, of the same set with 1 % more, and of the same set again.

    python -m benchmarks.added_images [FOLDER]

FOLDER is a set of images; without it, HAM10000 in ../shared/data, else a synthetic set. Times are those of the
stage as the pipeline carries it out: listing, labels, decoding, manifest, sealing; Prefect takes no part.
"""

import gc
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from melanoma.artifacts.known_digests import KnownDigests
from melanoma.artifacts.record import Artifact
from melanoma.artifacts.store import ArtifactStore
from melanoma.config.pipeline import PipelineConfig
from melanoma.config.synthetic import SyntheticConfig
from melanoma.data.sources import list_sources
from melanoma.data.synthetic.dataset import draw_dataset
from melanoma.stages.engine import Order, Surroundings, execute
from melanoma.stages.job import PartRequest
from melanoma.stages.table import INGEST, INGEST_SHARD

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "ham10000"
NEW_SHARE = 0.01


def ingest(home: Path, data: Path, shards_at_once: int = 1) -> float:
    """Ingest a set into a home, made beforehand as the command line makes it; return the seconds."""
    home.mkdir(exist_ok=True)
    store, config = ArtifactStore(home), PipelineConfig()
    start = time.perf_counter()
    sources = list_sources([data], (), KnownDigests(home).recall)

    def make_parts(requests: Sequence[PartRequest]) -> list[Artifact]:
        orders = [Order(INGEST_SHARD, config, request.inputs, request.material) for request in requests]
        with ThreadPoolExecutor(shards_at_once) as pool:
            return [obtained.artifact for obtained in pool.map(lambda order: execute(store, order, around), orders)]

    around = Surroundings(make_parts, lambda *_: None, time.perf_counter, {})
    execute(store, Order(INGEST, config, {}, sources), around)
    return time.perf_counter() - start


def lay_out(source: Path, target: Path) -> list[Path]:
    """Copy a set without its last per cent of images, spread over all of it; return those images."""
    images = [path for path in sorted(source.rglob("*")) if path.suffix.lower() in {".jpg", ".png"}]
    new = images[:: round(1 / NEW_SHARE)]
    shutil.copytree(source, target, ignore=lambda folder, names: [n for n in names if Path(folder, n) in set(new)])
    return new


def main() -> None:
    """Time the first ingest, the one with added images, and one with nothing changed."""
    gc.freeze()  # as the command line does once all is imported
    with tempfile.TemporaryDirectory() as folder:
        source = Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED
        if not source.is_dir():
            source = Path(folder, "synthetic")
            draw_dataset(source, SyntheticConfig(images=1000, size_px=256))
        data, home = Path(folder, "set"), Path(folder, "home")
        new = lay_out(source, data)
        time.sleep(3)  # a file that was just written is read again; a user's images are older than that
        first = ingest(home, data)
        again = ingest(home, data)
        for image in new:
            shutil.copy(image, data / image.relative_to(source))
        added = ingest(home, data)
        files = sum(path.is_file() for path in data.rglob("*"))
    print(f"{source.name}: {files:,} files, {len(new):,} of them added later")
    print(f"first ingest     {first:7.2f} s")
    print(f"1 % added        {added:7.2f} s   {added / first:.3f} of the first")
    print(f"nothing changed  {again:7.2f} s   {again / first:.3f} of the first")


if __name__ == "__main__":
    main()
