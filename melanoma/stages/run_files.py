"""The files of a run's folder, held against what their artifacts recorded when they were made."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from melanoma.artifacts.folder import DigestFiles
from melanoma.artifacts.known_digests import KnownDigests
from melanoma.artifacts.store import ArtifactStore
from melanoma.errors import ArtifactDamaged
from melanoma.runs import RunFolder, read_run
from melanoma.stages import files

# The files of a run's folder, and the stage whose artifact each comes from.
RUN_FILES = {
    files.QUARANTINE: "ingest",
    files.AUDIT: "validate",
    files.NEAR_DUPLICATES: "validate",
    files.MANIFEST: "split",
    files.EXAMPLES: "balance",
    files.MODEL: "train",
    files.METRICS: "evaluate",
    files.PREDICTIONS: "evaluate",
    files.ROBUSTNESS: "robustness",
    files.EXPLANATIONS: "explain",
    files.REPORT: "report",
    files.MODEL_CARD: "report",
    files.REPORTING_CHECKLIST: "report",
}


def list_made(record: Mapping[str, Any]) -> dict[str, str]:
    """Return each file that a run has made, and its stage.

    Args:
        record: The run's `run.json`.
    """
    return {name: stage for name, stage in RUN_FILES.items() if stage in record["stages"]}


def find_changed(folder: RunFolder, digest: DigestFiles) -> list[str]:
    """Find the files of a run that are not what its stages made.

    Args:
        folder: The run.
        digest: Returns the sha256 of files.

    Returns:
        The name of each, and what is wrong with it.

    Raises:
        UsageError: If there is no such run.
    """
    record = read_run(folder)
    found = (_problem(folder, name, record["stages"][stage], digest) for name, stage in list_made(record).items())
    return [problem for problem in found if problem]


def require_unchanged(folder: RunFolder) -> None:
    """Refuse a run of which a file is not what its stages made; only files that were touched are read.

    Raises:
        ArtifactDamaged: One line that names the first file, and what to do.
        UsageError: If there is no such run.
    """
    changed = find_changed(folder, KnownDigests(folder.home).digest_files)
    if changed:
        others = f" (and {len(changed) - 1} more)" if len(changed) > 1 else ""
        raise ArtifactDamaged(
            f"{folder.path}/{changed[0]}{others}, so the run cannot be relied on; run the pipeline again, or see "
            f"melanoma verify {folder.run_id}"
        )


def _problem(folder: RunFolder, name: str, entry: Mapping[str, str], digest: DigestFiles) -> str | None:
    stage, store = RUN_FILES[name], ArtifactStore(folder.home)
    artifact = f"the {stage} artifact {entry['key'][:8]}"
    try:
        sealed = store.read_manifest(stage, entry["key"])
    except ArtifactDamaged:
        return f"{name}: {artifact} is gone or damaged"
    recorded = {file["name"]: file["sha256"] for file in sealed["files"]}
    if name not in recorded:
        return None  # a run of an earlier version, which did not make it
    path = folder.path / name
    if not path.is_file():
        return f"{name}: is missing"
    if sealed["digest"] != entry["digest"]:
        return f"{name}: run.json names another {stage} result than is there"
    if digest([path]) != [recorded[name]]:
        return f"{name}: was changed"
    kept = store.folder(stage, entry["key"])  # not there where it is in object storage alone
    if kept.is_dir() and not _is_alike(kept / name, path, digest):
        return f"{name}: is missing or was changed in {artifact}"
    return None


def _is_alike(original: Path, path: Path, digest: DigestFiles) -> bool:
    """Tell whether the artifact's own file, which the model is read from, holds the same; mostly it is the same one."""
    return original.is_file() and (original.samefile(path) or digest([original]) == digest([path]))
