"""What an artifact's sealed manifest says of how it was made, as the report shows it beside every number."""

from typing import Any

from melanoma.artifacts.folder import read_manifest
from melanoma.artifacts.record import Artifact
from melanoma.fingerprint import digest_value


def describe_origin(artifact: Artifact) -> dict[str, Any]:
    """Say who made an artifact, from which inputs, settings and source files.

    Args:
        artifact: It.

    Returns:
        A row of `Evidence.provenance`. ``code`` is the sha256 of the digests of all our source files that the stage
        reaches by import.

    Raises:
        ArtifactDamaged: If its manifest was changed.
    """
    ingredients = read_manifest(artifact.folder)["ingredients"]
    return {
        "stage": artifact.stage,
        "key": artifact.key,
        "digest": artifact.digest,
        "run_id": artifact.made_by.get("run_id"),
        "task_run_id": artifact.made_by.get("task_run_id"),
        "seconds": artifact.made_by.get("seconds"),
        "state": "Completed",
        "code": digest_value(ingredients["source"]),
        "code_files": len(ingredients["source"]),
        "sections": list(ingredients["config"]),
        "inputs": dict(ingredients["inputs"]),
        "seed": ingredients.get("seed"),
    }
