"""Find the shards behind an artifact."""

from melanoma.artifacts.record import Artifact, Part
from melanoma.data.examples import COPY, ORIGINAL, Pixels
from melanoma.data.shards import open_pixels
from melanoma.stages.files import SHARDS


def shard_parts(artifact: Artifact) -> dict[int, Part]:
    """Return the parts of an artifact by shard number."""
    places: dict[str, int] = artifact.read_json(SHARDS)
    return {int(shard): artifact.parts[place] for shard, place in places.items()}


def open_shards(ingest: Artifact, balance: Artifact) -> Pixels:
    """Map the pixels of all originals and copies into memory."""
    return {
        (origin, shard): open_pixels(artifact.part_folder(part))
        for origin, artifact in ((ORIGINAL, ingest), (COPY, balance))
        for shard, part in shard_parts(artifact).items()
    }
