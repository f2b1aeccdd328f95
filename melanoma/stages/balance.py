"""Stage: copies of training images, so that the classes come to the size that was asked for."""

from dataclasses import dataclass

import pandas as pd

from melanoma.artifacts.record import Artifact
from melanoma.augmentation.copies import DIGESTS, CopyPlan
from melanoma.augmentation.plan import plan_copies
from melanoma.config.balance import BalanceConfig
from melanoma.config.split import SplitConfig
from melanoma.data.examples import join_copies, measure_leak, name_copies
from melanoma.data.split import split_after_augmentation
from melanoma.stages.files import EXAMPLES, LEAK, MANIFEST, PLACES
from melanoma.stages.job import Built, Job, PartRequest, Summary, count_rows, part_of, write_json
from melanoma.stages.pixels import open_part


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
    """Make the copies: one shard of them from each shard of originals that has parents in it."""
    ingest = job.inputs["ingest"]
    planned = name_copies(plan_copies(training, job.section(BalanceConfig), job.seed))
    placed = planned.merge(pd.read_parquet(ingest.path(PLACES)), on="sha256", how="left", validate="many_to_one")
    by_shard = [(int(str(number)), members) for number, members in placed.groupby("shard", sort=True)]
    shards = job.make_parts(
        [
            PartRequest(
                "balance-shard", _plan(rows), {"ingest-shard": open_part(ingest, number)}, f"shard {number + 1}"
            )
            for number, rows in by_shard
        ]
    )
    digests = [
        pd.read_parquet(shard.path(DIGESTS)).set_axis(rows.index)
        for shard, (_, rows) in zip(shards, by_shard, strict=True)
    ]
    order = {number: place for place, (number, _) in enumerate(by_shard)}
    places = placed.assign(shard=placed["shard"].map(order), row=placed.groupby("shard").cumcount())
    rows = planned.assign(pixel_sha256=pd.concat(digests)["pixel_sha256"] if digests else None)
    return Copies(rows, places[["image_id", "shard", "row"]], shards)


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
    }
