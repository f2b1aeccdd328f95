"""Stage: copies of training images, so that the classes come to the size that was asked for."""

from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from melanoma.artifacts.record import Artifact
from melanoma.augmentation.copies import DIGESTS, CopyPlan
from melanoma.augmentation.plan import is_mostly_copies, plan_copies
from melanoma.config.balance import BalanceConfig
from melanoma.config.split import SplitConfig
from melanoma.data.examples import COPY, ORIGINAL, join_copies, measure_leak, name_copies
from melanoma.data.split import split_after_augmentation
from melanoma.stages.files import EXAMPLES, LEAK, MANIFEST, PLACES
from melanoma.stages.job import Built, Job, PartRequest, Summary, count_rows, part_of, write_json
from melanoma.stages.pixels import open_part

MOST_COPIES = 2000  # in one shard: the upper end of what a shard is meant to hold


@dataclass(frozen=True)
class Copies:
    """All copies of a run.

    Attributes:
        rows: Each copy's parent's columns, ``parent_id``, its own ``image_id`` and ``pixel_sha256``.
        places: ``image_id``, ``shard`` and ``row`` of each.
        shards: Their pixels.
    """

    rows: pd.DataFrame
    places: pd.DataFrame
    shards: list[Artifact]


def build(job: Job) -> Built:
    """Make copies of training rows shard by shard, join them to the originals, and measure what leaks."""
    divided = pd.read_parquet(job.inputs["split"].path(MANIFEST))
    rows = divided[divided["split"].notna()]
    copies = _make_copies(job, rows[rows["split"] == "train"])
    examples = _protocol(join_copies(rows, copies.rows), job)
    leak = measure_leak(examples, job.section(SplitConfig).protocol)
    examples.to_parquet(job.folder / EXAMPLES, index=False)
    copies.places.to_parquet(job.folder / PLACES, index=False)
    write_json(job.folder / LEAK, leak)
    return Built(_summary(examples, leak), tuple(part_of(shard) for shard in copies.shards), (PLACES,))


def _make_copies(job: Job, training: pd.DataFrame) -> Copies:
    """Make the copies: shards of them from each shard of originals that has parents in it."""
    ingest = job.inputs["ingest"]
    planned = name_copies(plan_copies(training, job.section(BalanceConfig), job.seed))
    placed = planned.merge(pd.read_parquet(ingest.path(PLACES)), on="sha256", how="left", validate="many_to_one")
    divided = divide_copies(placed, MOST_COPIES)
    shards = job.make_parts(
        [
            PartRequest(
                "balance-shard",
                _plan(rows),
                {"ingest-shard": open_part(ingest, int(rows["shard"].iloc[0]))},
                f"shard {number + 1} of {len(divided)}",
            )
            for number, rows in enumerate(divided)
        ]
    )
    made = [
        pd.DataFrame({"pixel_sha256": pd.read_parquet(shard.path(DIGESTS))["pixel_sha256"].array, "shard": number})
        .assign(row=range(len(rows)))
        .set_axis(rows.index)
        for number, (shard, rows) in enumerate(zip(shards, divided, strict=True))
    ]
    known = pd.concat(made) if made else pd.DataFrame(columns=["pixel_sha256", "shard", "row"])
    rows = planned.assign(pixel_sha256=known["pixel_sha256"])
    return Copies(rows, planned[["image_id"]].join(known[["shard", "row"]]), shards)


def divide_copies(placed: pd.DataFrame, most: int) -> list[pd.DataFrame]:
    """Divide copies over shards of about equal size, each with parents of one shard of originals.

    Args:
        placed: A row per copy, with ``shard``, that of its parent.
        most: Copies in one shard, at most.

    Returns:
        The rows of each shard of copies, in order. They are bounded because one image of a rare class may have
        thousands of copies, and memory is to hold one shard at a time.
    """
    divided: list[pd.DataFrame] = []
    for _, rows in placed.groupby("shard", sort=True):
        count = -(-len(rows) // most)
        bounds = [len(rows) * n // count for n in range(count + 1)]
        divided += [rows.iloc[low:high] for low, high in pairwise(bounds)]
    return divided


def _plan(rows: pd.DataFrame) -> CopyPlan:
    columns = (rows[name] for name in ("row", "sha256", "copy"))
    return CopyPlan(tuple((int(row), sha256, int(copy)) for row, sha256, copy in zip(*columns, strict=True)))


def _protocol(examples: pd.DataFrame, job: Job) -> pd.DataFrame:
    config = job.section(SplitConfig)
    if config.protocol == "grouped":
        return examples
    return split_after_augmentation(examples, config.validation_share, job.seed)


def _summary(examples: pd.DataFrame, leak: Summary) -> Summary:
    training = examples[examples["split"] == "train"]
    table = training.groupby(["diagnosis", "origin"]).size().unstack(fill_value=0)
    return {
        "classes": count_rows(table),
        "training_images": len(training),
        "copies": int((examples["origin"] == "copy").sum()),
        "leak": leak,
        "notes": _notes(table),
    }


def _notes(counts: pd.DataFrame) -> list[str]:
    """Say which classes are almost only copies."""
    table = counts.reindex(columns=[ORIGINAL, COPY], fill_value=0)
    return [
        f"{name}: {row[COPY]:,} copies beside {row[ORIGINAL]:,} of its images; copies show no new lesion"
        for name, row in table.iterrows()
        if is_mostly_copies(row[ORIGINAL], row[COPY])
    ]
