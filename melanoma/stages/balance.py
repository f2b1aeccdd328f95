"""Stage: copies of training images, so that the classes come to the size that was asked for."""

import pandas as pd

from melanoma.artifacts.record import Artifact, Part
from melanoma.augmentation.copies import CopyPlan
from melanoma.augmentation.plan import plan_copies
from melanoma.config.balance import BalanceConfig
from melanoma.config.split import SplitConfig
from melanoma.data.examples import join_copies, measure_leak
from melanoma.data.split import split_after_augmentation
from melanoma.stages.files import EXAMPLES, LEAK, MANIFEST, SHARDS
from melanoma.stages.job import Built, Job, PartRequest, Summary, count_rows, part_of, write_json
from melanoma.stages.pixels import shard_parts


def build(job: Job) -> Built:
    """Make copies of training rows shard by shard, join them to the originals, and measure what leaks."""
    divided = pd.read_parquet(job.inputs["split"].path(MANIFEST))
    rows = divided[divided["split"].notna()]
    copies = plan_copies(rows[rows["split"] == "train"], job.section(BalanceConfig), job.seed)
    plans = _shard_plans(copies)
    shards = job.make_parts(_requests(plans, job.inputs["ingest"]))
    copies["row"] = copies.groupby("shard").cumcount()
    examples = _protocol(join_copies(rows, copies), job)
    leak = measure_leak(examples, job.section(SplitConfig).protocol)
    examples.to_parquet(job.folder / EXAMPLES, index=False)
    write_json(job.folder / LEAK, leak)
    write_json(job.folder / SHARDS, {str(plan.index): number for number, plan in enumerate(plans)})
    return Built(_summary(examples, leak), tuple(part_of(shard) for shard in shards))


def _shard_plans(copies: pd.DataFrame) -> list[CopyPlan]:
    return [_shard_plan(int(shard), copies[copies["shard"] == shard]) for shard in sorted(copies["shard"].unique())]


def _shard_plan(shard: int, members: pd.DataFrame) -> CopyPlan:
    columns = (members[name] for name in ("row", "sha256", "copy"))
    return CopyPlan(shard, tuple((int(row), sha256, int(copy)) for row, sha256, copy in zip(*columns, strict=True)))


def _requests(plans: list[CopyPlan], ingest: Artifact) -> list[PartRequest]:
    parts = shard_parts(ingest)
    return [
        PartRequest(
            "balance-shard",
            plan,
            {"ingest-shard": _opened(ingest, plan.index, parts)},
            f"shard {n + 1} of {len(plans)}",
        )
        for n, plan in enumerate(plans)
    ]


def _opened(ingest: Artifact, shard: int, parts: dict[int, Part]) -> Artifact:
    part = parts[shard]
    return Artifact(part.stage, part.key, part.digest, ingest.part_folder(part))


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
