"""What the audit of a set of the size of ISIC 2024 costs: every check, the table checks, the lists; 401,059 rows.

    python -m benchmarks.audit_large_set

The manifest is drawn: two diagnoses, 393 malignant, 1,042 patients, hashes of noise with planted near-duplicates, exact
duplicates and label conflicts. There are no pixels, so near-duplicates are those whose hashes leave no doubt.
"""

import resource
import time

import numpy as np
import pandas as pd

from melanoma.config.validate import ValidateConfig
from melanoma.data.measure import all_measures
from melanoma.data.measures.perceptual_hash import measure as hash_texts
from melanoma.validation.audit import audit_images
from melanoma.validation.expectations import check_tables, suites
from melanoma.validation.finding import Evidence
from melanoma.validation.image_lists import list_images

ROWS, MALIGNANT, PATIENTS, PLANTED, AT_ONCE = 401_059, 393, 1_042, 500, 4096


def draw_manifest(random: np.random.Generator) -> pd.DataFrame:
    """Draw a manifest with planted twins, conflicts and near-duplicates."""
    ids = [f"ISIC_{n:07d}" for n in range(ROWS)]
    sha256 = [f"{n:064x}" for n in range(ROWS)]
    diagnosis = np.array(["benign"] * ROWS, dtype=object)
    diagnosis[random.choice(ROWS, MALIGNANT, replace=False)] = "malignant"
    for n in range(PLANTED):
        sha256[ROWS - 1 - n] = sha256[n]
    patients = random.integers(0, PATIENTS, ROWS)
    side = random.integers(100, 200, ROWS)
    return pd.DataFrame(
        {
            "image_id": [f"train-image/{name}.jpg" for name in ids],
            "isic_id": ids,
            "diagnosis": diagnosis,
            "label": diagnosis,
            "publisher_split": pd.Series([None] * ROWS, dtype="object"),
            "lesion_id": pd.Series([None] * ROWS, dtype="object"),
            "patient_id": [f"IP_{patient:07d}" for patient in patients],
            "age_approx": (20 + 5 * (patients % 14)).astype(float),
            "sex": np.where(patients % 2, "male", "female"),
            "anatom_site_general": "posterior torso",
            "file_bytes": random.integers(2000, 6000, ROWS),
            "sha256": sha256,
            "pixel_sha256": sha256,
            "width": side,
            "height": side,
            "format": "JPEG",
            "jpeg_tables": "0123456789abcdef",
        }
    )


def measure_noise(random: np.random.Generator) -> pd.DataFrame:
    """Measure blurred noise, and give the rows behind the exact duplicates the hashes of other rows."""
    tables = []
    for start in range(0, ROWS, AT_ONCE):
        coarse = random.integers(60, 220, (min(AT_ONCE, ROWS - start), 16, 16, 3), dtype=np.uint8)
        thumbnails = coarse.repeat(4, axis=1).repeat(4, axis=2)
        tables.append(pd.concat([measure.measure(thumbnails) for measure in all_measures()], axis=1))
    table = pd.concat(tables, ignore_index=True)
    hashes = table["perceptual_hash"].to_numpy(copy=True)
    hashes[ROWS - 2 * PLANTED : ROWS - PLANTED] = hashes[PLANTED : 2 * PLANTED]
    return table.assign(perceptual_hash=hashes)


def main() -> None:
    """Draw the set, audit it, and print seconds and peak memory."""
    random = np.random.default_rng(0)
    hash_texts(np.zeros((1, 64, 64, 3), np.uint8))
    manifest = pd.concat([draw_manifest(random), measure_noise(random)], axis=1)
    drawn = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    quarantine = pd.DataFrame({"image_id": [], "kind": [], "reason": []}, dtype="object")
    evidence, config = Evidence(manifest, quarantine, has_metadata=True, seed=1, size_px=128), ValidateConfig()
    start = time.perf_counter()
    audit = audit_images(evidence, config)
    decided = time.perf_counter()
    decisions = audit.decide(manifest)
    check_tables(manifest[decisions["excluded_because"].isna()], 0.0, suites(config))
    list_images(audit, manifest)
    end = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{len(manifest):,} rows: checks {decided - start:.1f} s, tables and lists {end - decided:.1f} s")
    print(f"in all {end - start:.1f} s; peak memory {peak:.2f} GiB, {drawn:.2f} GiB of it before the audit began")
    for name, finding in audit.findings.items():
        pairs = "" if finding.pairs is None else f", {len(finding.pairs):,} pairs of {PLANTED} planted"
        print(f"  {name:<28}{len(finding.images):>9,} images{pairs}")


if __name__ == "__main__":
    main()
