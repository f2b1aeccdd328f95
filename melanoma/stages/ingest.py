"""Stage: from a folder of images to a manifest and shards of pixels."""

import pandas as pd

from melanoma.config.ingest import IngestConfig
from melanoma.data.listing import Listing
from melanoma.data.manifest import Catalogue, assemble
from melanoma.data.recognise import Recognised, read_labels
from melanoma.data.shards import plan_shards
from melanoma.stages.files import MANIFEST, QUARANTINE, ROW_PROBLEMS, SHARDS, SOURCE
from melanoma.stages.job import Built, Job, PartRequest, Summary, count_rows, part_of, write_json


def build(job: Job) -> Built:
    """Recognise the layout, decode what is new shard by shard, and join both in the manifest."""
    listing = job.given(Listing)
    recognised = read_labels(listing)
    job.progress(f"{recognised.layout}: {recognised.reason}")
    plans = plan_shards(listing.root, listing.images, job.section(IngestConfig).shard_images)
    shards = job.make_parts(
        [PartRequest("ingest-shard", plan, {}, f"shard {n + 1} of {len(plans)}") for n, plan in enumerate(plans)]
    )
    catalogue = assemble(listing, recognised.labels, plans, [shard.folder for shard in shards])
    catalogue.manifest.to_parquet(job.folder / MANIFEST, index=False)
    catalogue.quarantine.to_csv(job.folder / QUARANTINE, index=False)
    recognised.labels.row_problems.to_csv(job.folder / ROW_PROBLEMS, index=False)
    write_json(job.folder / SHARDS, {str(plan.index): number for number, plan in enumerate(plans)})
    source = _source(recognised, listing)
    write_json(job.folder / SOURCE, source)
    return Built(_summary(catalogue, source), tuple(part_of(shard) for shard in shards))


def _source(recognised: Recognised, listing: Listing) -> Summary:
    return {
        "layout": recognised.layout,
        "reason": recognised.reason,
        "images": len(listing.images),
        "has_metadata": recognised.labels.has_metadata,
        "missing_images": list(recognised.labels.missing_images),
        "data_digest": listing.digest,
    }


def _summary(catalogue: Catalogue, source: Summary) -> Summary:
    return {
        "layout": source["layout"],
        "reason": source["reason"],
        "data_digest": source["data_digest"],
        "images": len(catalogue.manifest),
        "quarantined": len(catalogue.quarantine),
        "classes": _class_table(catalogue.manifest),
    }


def _class_table(manifest: pd.DataFrame) -> list[Summary]:
    published = manifest.assign(split=manifest["publisher_split"].fillna("all"))
    counts = published.groupby(["diagnosis", "split"]).size().unstack(fill_value=0)
    return count_rows(counts)
