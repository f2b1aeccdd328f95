"""Stage: find what is wrong with the data, say it, and decide whether it may be used."""

from pathlib import Path

import pandas as pd

from melanoma.artifacts.record import Artifact
from melanoma.config.validate import ValidateConfig
from melanoma.data.manifest import UNREADABLE
from melanoma.data.reference import read_reference
from melanoma.data.shards import open_pixels
from melanoma.stages.files import (
    AUDIT,
    EXCLUSIONS,
    EXPECTATIONS,
    FINDING_IMAGES,
    MANIFEST,
    NEAR_DUPLICATES,
    QUARANTINE,
    ROW_PROBLEMS,
    SOURCE,
    finding_csv,
)
from melanoma.stages.given_files import GivenFiles
from melanoma.stages.job import Built, Job, Summary, write_json
from melanoma.stages.pixels import open_part, picture_reader
from melanoma.validation.audit import Audit, audit_images
from melanoma.validation.expectations import Outcome, check_tables, failures, suites, to_json
from melanoma.validation.finding import Evidence
from melanoma.validation.image_lists import for_spreadsheets, list_images
from melanoma.validation.own_expectations import read_expectations
from melanoma.validation.remainder import note_remainder

_NOT_IN_SUMMARY = {"examples", "figures"}


def build(job: Job) -> Built:
    """Audit the manifest, run the table checks on what is left, and write both with the gate's decision."""
    config = job.section(ValidateConfig)
    given = job.material if isinstance(job.material, GivenFiles) else GivenFiles()
    evidence = read_evidence(job.inputs["ingest"], given, job.seed)
    audit = audit_images(evidence, config)
    decisions = audit.decide(evidence.manifest)
    outcomes = _check_tables(evidence, decisions, given, config)
    refusals = [*(f"{name} is not let through" for name in audit.forbidden), *failures(outcomes)]
    document = audit.to_json(refusals, note_remainder(evidence.manifest, audit, config))
    write_json(job.folder / AUDIT, document)
    write_json(job.folder / EXPECTATIONS, to_json(outcomes))
    decisions.to_parquet(job.folder / EXCLUSIONS, index=False)
    audit.pairs.to_parquet(job.folder / NEAR_DUPLICATES, index=False)
    _list_findings(audit, evidence.manifest, job.folder)
    return Built(_summary(document, decisions))


def read_evidence(ingest: Artifact, given: GivenFiles, seed: int) -> Evidence:
    """Read what the checks look at from ingest's artifact and from the files that the user gives."""
    source, manifest = ingest.read_json(SOURCE), pd.read_parquet(ingest.path(MANIFEST))
    return Evidence(
        manifest,
        pd.read_csv(ingest.path(QUARANTINE), dtype="object"),
        tuple(source["missing_images"]),
        source["has_metadata"],
        row_problems=pd.read_csv(ingest.path(ROW_PROBLEMS), dtype="object", keep_default_na=False),
        pixels=picture_reader(ingest, manifest),
        reference=read_reference(given.reference_labels) if given.reference_labels else None,
        seed=seed,
        size_px=_size_px(ingest),
    )


def _check_tables(
    evidence: Evidence, decisions: pd.DataFrame, given: GivenFiles, config: ValidateConfig
) -> list[Outcome]:
    """Run the built-in suites and the user's own on the images that stay, under the diagnoses that are used."""
    usable = evidence.manifest.assign(diagnosis=decisions["diagnosis"])[decisions["excluded_because"].isna()]
    chosen = suites(config)
    if given.expectations:
        for suite, own in read_expectations(given.expectations, tuple(map(str, usable.columns))).items():
            chosen[suite] = [*chosen.get(suite, []), *own]
    return check_tables(usable, _unreadable_share(evidence), chosen)


def _size_px(ingest: Artifact) -> int | None:
    """Return the side of the pictures in the shards, None if there are none."""
    return int(open_pixels(open_part(ingest, 0).folder).shape[1]) if ingest.parts else None


def _unreadable_share(evidence: Evidence) -> float:
    unreadable = int((evidence.quarantine["kind"] == UNREADABLE).sum())
    return unreadable / (len(evidence.manifest) + len(evidence.quarantine))


def _list_findings(audit: Audit, manifest: pd.DataFrame, folder: Path) -> None:
    listed = list_images(audit, manifest)
    listed.to_parquet(folder / FINDING_IMAGES, index=False)
    for check, images in listed.groupby("check"):
        path = folder / finding_csv(str(check))
        path.parent.mkdir(exist_ok=True)
        for_spreadsheets(images).to_csv(path, index=False)


def _summary(document: Summary, decisions: pd.DataFrame) -> Summary:
    return {
        "passed": document["passed"],
        "refusals": document["refusals"],
        "findings": [
            {key: value for key, value in finding.items() if key not in _NOT_IN_SUMMARY}
            for finding in document["findings"]
        ],
        "notes": document["notes"],
        "excluded": int(decisions["excluded_because"].notna().sum()),
    }
