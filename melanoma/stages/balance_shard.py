"""Stage part: make the augmented copies of one shard."""

from melanoma.augmentation.copies import CopyPlan, write_copies
from melanoma.config.balance import BalanceConfig
from melanoma.data.shards import open_pixels
from melanoma.stages.job import Built, Job


def build(job: Job) -> Built:
    """Write the pixels of the shard's copies."""
    originals = open_pixels(job.inputs["ingest-shard"].folder)
    operations = job.section(BalanceConfig).operations
    return Built(write_copies(originals, job.given(CopyPlan), operations, job.seed, job.folder))
