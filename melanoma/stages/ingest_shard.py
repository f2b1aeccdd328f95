"""Stage part: decode one shard of images."""

from melanoma.config.ingest import IngestConfig
from melanoma.data.shards import ShardPlan, write_shard
from melanoma.stages.job import Built, Job


def build(job: Job) -> Built:
    """Write the shard's pixels and what is known of each image."""
    return Built(write_shard(job.given(ShardPlan), job.section(IngestConfig), job.folder))
