"""Stage part: pass one shard of pixels, originals or copies, through a frozen network."""

from melanoma.data.shards import open_pixels
from melanoma.stages.job import Built, Job
from melanoma.training.features import FeaturePlan, write_features


def build(job: Job) -> Built:
    """Write the features of the shard's rows that take part."""
    pixels = open_pixels(job.inputs["pixels"].folder)
    return Built(write_features(pixels, job.given(FeaturePlan), job.folder, job.clock))
