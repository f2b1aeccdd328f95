"""Stage: from a folder of images to a manifest and shards of pixels."""

import pandas as pd

from melanoma.artifacts.record import Artifact
from melanoma.config.ingest import IngestConfig
from melanoma.data.manifest import Catalogue, assemble
from melanoma.data.recognise import Recognised, read_set
from melanoma.data.shards import keep_shards, plan_shards
from melanoma.data.sources import Sources
from melanoma.stages.files import MANIFEST, PLACES, QUARANTINE, ROW_PROBLEMS, SOURCE
from melanoma.stages.job import Built, Job, PartRequest, Summary, count_rows, part_of, write_json
from melanoma.stages.pixels import open_part


def build(job: Job) -> Built:
    """Recognise the layout, decode what no earlier ingest has decoded, and join all in the manifest."""
    sources = job.given(Sources)
    recognised = read_set(sources)
    job.progress(f"{recognised.layout}: {recognised.reason}")
    shards = _make_shards(job, sources)
    catalogue = assemble(sources, recognised.labels, [shard.folder for shard in shards])
    catalogue.manifest.to_parquet(job.folder / MANIFEST, index=False)
    catalogue.quarantine.to_csv(job.folder / QUARANTINE, index=False)
    catalogue.places.to_parquet(job.folder / PLACES, index=False)
    recognised.labels.row_problems.to_csv(job.folder / ROW_PROBLEMS, index=False)
    source = _source(recognised, sources) | {"fit": job.section(IngestConfig).fit}
    write_json(job.folder / SOURCE, source)
    return Built(_summary(catalogue, source), tuple(part_of(shard) for shard in shards), (PLACES,))


def _make_shards(job: Job, sources: Sources) -> list[Artifact]:
    """Return the shards that hold the set: those of the earlier ingest that holds most of it, and new ones."""
    shard_images = job.section(IngestConfig).shard_images
    contents = {image.file.sha256 for image in sources.images}
    kept, decoded = _reuse(job, contents, shard_images)
    plans = plan_shards([image for image in sources.images if image.file.sha256 not in decoded], shard_images)
    requests = [PartRequest("ingest-shard", plan, {}, f"shard {n + 1} of {len(plans)}") for n, plan in enumerate(plans)]
    if kept:
        job.progress(f"{len(contents & decoded):,} of {len(contents):,} images were decoded before")
    return [*kept, *job.make_parts(requests)]


def _reuse(job: Job, contents: set[str], shard_images: int) -> tuple[list[Artifact], set[str]]:
    """Return the shards to use again, and the contents that are in them."""
    earlier = [(artifact, pd.read_parquet(artifact.path(PLACES))) for artifact in job.earlier()]
    if not earlier:
        return [], set()
    fullest, places = max(earlier, key=lambda entry: len(contents.intersection(entry[1]["sha256"].tolist())))
    numbers = keep_shards(places, contents, shard_images)
    return [open_part(fullest, number) for number in numbers], set(places[places["shard"].isin(numbers)]["sha256"])


def _source(recognised: Recognised, sources: Sources) -> Summary:
    return {
        "layout": recognised.layout,
        "reason": recognised.reason,
        "images": sources.found,
        "has_metadata": recognised.labels.has_metadata,
        "missing_images": list(recognised.labels.missing_images),
        "data_digest": sources.digest,
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
