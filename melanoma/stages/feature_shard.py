"""Stage part: pass one shard of pixels, originals or copies, through a frozen network."""

from melanoma.data.shards import open_pixels
from melanoma.stages.job import Built, Job
from melanoma.training.features import FeaturePlan, open_features, write_features


def build(job: Job) -> Built:
    """Write the features of the shard's rows that take part; those that an earlier run has made are copied."""
    pixels = open_pixels(job.inputs["pixels"].folder)
    earlier = [open_features(artifact.folder) for artifact in job.earlier()]
    return Built(write_features(pixels, job.given(FeaturePlan), earlier, job.folder, job.clock))
