"""How many planted near-duplicates are found among real images, how many pairs are false, and what a large set costs.

    python -m benchmarks.near_duplicates [FOLDER]

FOLDER holds HAM10000 as published (`HAM10000_metadata.csv`, `HAM10000_images/`); without it, ../shared/data/ham10000 is
taken, and where that is absent a synthetic set is drawn. Each defect is planted in its share of 2,000 images.
"""

import io
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from melanoma.config.synthetic import SyntheticConfig
from melanoma.data.decode import decode_image
from melanoma.data.measures.perceptual_hash import PERCEPTUAL_HASH, hash_thumbnails, symmetric_signs
from melanoma.data.measures.perceptual_hash import measure as hash_texts
from melanoma.data.synthetic.dataset import draw_dataset
from melanoma.fingerprint import digest_bytes
from melanoma.validation.hash_search import find_candidates
from melanoma.validation.near_duplicates import find_near_duplicates

IMAGES, SIZE_PX, SEED = 2000, 180, 1
ROWS, PLANTED_ROWS, LEAST_SIMILARITY = 401_059, 2000, 0.58
HAM10000 = Path("../shared/data/ham10000")
Picture = Image.Image


def gained(picture: Picture, random: np.random.Generator) -> Picture:
    gains = random.choice([0.8, 1.0, 1.2], 3)
    return Image.fromarray((np.asarray(picture) * gains).clip(0, 255).round().astype(np.uint8))


def cropped(picture: Picture, random: np.random.Generator) -> Picture:
    """Cut 5 % off each dimension, anywhere, or 5 % off each side."""
    width, height = picture.size
    left, top = random.uniform(0, 0.05, 2)
    right, bottom = (0.05 - left, 0.05 - top) if random.random() < 0.5 else (0.05, 0.05)
    left, top = (left, top) if right < 0.05 else (0.05, 0.05)
    return picture.crop(
        (round(left * width), round(top * height), round((1 - right) * width), round((1 - bottom) * height))
    )


DEFECTS: dict[str, Callable[[Picture, np.random.Generator], Picture]] = {
    "rotation by 90 degrees": lambda p, r: p.transpose(
        [Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270][r.integers(2)]
    ),
    "mirror": lambda p, r: p.transpose(
        [Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.FLIP_TOP_BOTTOM][r.integers(2)]
    ),
    "re-encode at quality 50": lambda p, _: p,
    "resize to half": lambda p, _: p.resize((p.width // 2, p.height // 2), Image.Resampling.BICUBIC),
    "recolour by 20 %": gained,
    "crop of 5 %": cropped,
    "rotation by 5 degrees": lambda p, r: p.rotate(r.choice([-5, 5]), Image.Resampling.BICUBIC),
    "all of mirror, recolour, crop, 3 degrees": lambda p, r: cropped(
        gained(p.transpose(Image.Transpose.TRANSPOSE), r).rotate(3, Image.Resampling.BICUBIC), r
    ),
}


def read_set(folder: Path) -> tuple[list[Path], list[str]]:
    """Return images and their lesions."""
    table = pd.read_csv(next(folder.glob("*metadata.csv")))
    lesions = table.set_index("image_id" if "image_id" in table else "isic_id")["lesion_id"]
    files = sorted(path for path in folder.rglob("*.jpg") if path.stem in lesions.index)
    chosen = np.sort(np.random.default_rng(SEED).permutation(len(files))[:IMAGES])
    return [files[n] for n in chosen], [str(lesions[files[n].stem]) for n in chosen]


def plant(paths: list[Path]) -> Iterator[tuple[str, str, bytes]]:
    """Give name of the defect, of the image, and bytes: each original, and one planted picture for each."""
    for number, path in enumerate(paths):
        random = np.random.default_rng((SEED, number))
        defect = list(DEFECTS)[number % len(DEFECTS)]
        buffer = io.BytesIO()
        with Image.open(path) as image:
            picture = DEFECTS[defect](image.convert("RGB"), random)
        picture.save(buffer, "JPEG", quality=50 if "quality" in defect else 90)
        yield "original", path.stem, path.read_bytes()
        yield defect, path.stem, buffer.getvalue()


def measure_recall(paths: list[Path], lesions: list[str]) -> None:
    made = list(plant(paths))
    with ThreadPoolExecutor() as pool:
        decoded = list(pool.map(lambda one: decode_image(one[2], SIZE_PX, 170), made))
    pixels = np.stack([one.pixels for one in decoded])
    names = [f"{image}/{defect}" for defect, image, _ in made]
    manifest = pd.DataFrame({"image_id": names, "sha256": [digest_bytes(one[2]) for one in made]})
    manifest = manifest.assign(width=[one.width for one in decoded], height=[one.height for one in decoded])
    manifest[PERCEPTUAL_HASH] = hash_texts(np.stack([one.thumbnail for one in decoded]))[PERCEPTUAL_HASH]
    start = time.perf_counter()
    pairs = find_near_duplicates(manifest, lambda rows: pixels[list(rows)])
    seconds = time.perf_counter() - start
    report(pairs, dict(zip((path.stem for path in paths), lesions, strict=True)), [defect for defect, _, _ in made])
    print(f"{len(made)} images searched and confirmed in {seconds:.1f} s")


def report(pairs: pd.DataFrame, lesion_of: dict[str, str], defects: list[str]) -> None:
    ends = [pairs[name].str.rsplit("/", n=1, expand=True) for name in ("image_id", "other_id")]
    own = ends[0][0] == ends[1][0]
    found = pd.concat([ends[0][1][own], ends[1][1][own]]).value_counts()
    for defect in DEFECTS:
        print(f"{defect:45} recall {found.get(defect, 0) / defects.count(defect):.4f} of {defects.count(defect)}")
    other = ends[0][0].map(lesion_of) != ends[1][0].map(lesion_of)
    originals = other & (ends[0][1] == "original") & (ends[1][1] == "original")
    print(f"pairs of different lesions: {int(originals.sum()) / len(lesion_of) * 1e4:.1f} per 10,000 images")
    for row in pairs[originals].itertuples():
        print(f"  {row.image_id} {row.other_id} {row.relation} {row.similarity:.2f}: look at both")


def search_large() -> None:
    """Search random hashes with planted pairs; in a process of its own, so that its peak memory is its own."""
    random = np.random.default_rng(SEED)
    terms = symmetric_signs().shape[1]
    base = random.normal(size=(ROWS, terms))
    for similarity, first in ((0.95, 0), (0.85, PLANTED_ROWS), (0.75, 2 * PLANTED_ROWS)):
        rows = np.arange(first, first + PLANTED_ROWS)
        noise = random.normal(size=(PLANTED_ROWS, terms)) * np.sqrt(1 - similarity**2)
        sign = symmetric_signs()[random.integers(4, size=PLANTED_ROWS)]
        base[ROWS - 1 - rows] = (similarity * base[rows] + noise) * sign
    hashes = np.rint(254 * base / np.linalg.norm(base, axis=1, keepdims=True)).clip(-127, 127).astype(np.int8)
    del base
    start, cpu = time.perf_counter(), time.process_time()
    found = find_candidates(hashes, LEAST_SIMILARITY, 8)
    seconds, busy = time.perf_counter() - start, time.process_time() - cpu
    pairs = set(zip(found.first.tolist(), found.second.tolist(), strict=True))
    print(f"{ROWS} rows: {seconds:.1f} s ({busy:.1f} s of processor time), {len(pairs)} candidates")
    for similarity, first in ((0.95, 0), (0.85, PLANTED_ROWS), (0.75, 2 * PLANTED_ROWS)):
        hits = sum((row, ROWS - 1 - row) in pairs for row in range(first, first + PLANTED_ROWS))
        print(f"  planted pairs of similarity {similarity}: recall {hits / PLANTED_ROWS:.4f}")
    print(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")


def time_hashing() -> None:
    thumbnails = np.random.default_rng(SEED).integers(0, 255, (2000, 64, 64, 3), dtype=np.uint8)
    start = time.process_time()
    hash_thumbnails(thumbnails)
    print(f"hashing: {(time.process_time() - start) / len(thumbnails) * 1e3:.3f} ms of processor time per image")


def main(folder: Path | None) -> None:
    source = folder or (HAM10000 if HAM10000.is_dir() else None)
    time_hashing()
    if source is not None:
        measure_recall(*read_set(source))
    else:
        print(f"{HAM10000} is absent (HAM10000_metadata.csv and HAM10000_images/): a synthetic set takes its place")
        with tempfile.TemporaryDirectory() as place:
            draw_dataset(Path(place) / "set", SyntheticConfig(images=400, size_px=256))
            measure_recall(*read_set(Path(place) / "set"))
    subprocess.run([sys.executable, "-m", "benchmarks.near_duplicates", "--large"], check=True)


if __name__ == "__main__":
    if "--large" in sys.argv:
        search_large()
    else:
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
