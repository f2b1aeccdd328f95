"""Stage: find what is wrong with the data, say it, and decide whether it may be used."""

import pandas as pd

from melanoma.artifacts.record import Artifact
from melanoma.config.validate import ValidateConfig
from melanoma.data.manifest import UNREADABLE
from melanoma.data.shards import open_pixels
from melanoma.stages.files import AUDIT, EXCLUSIONS, EXPECTATIONS, MANIFEST, QUARANTINE, SOURCE
from melanoma.stages.job import Built, Job, write_json
from melanoma.stages.pixels import shard_parts
from melanoma.validation.audit import Audit, audit_images, list_images
from melanoma.validation.expectations import CRITICAL, Outcome, check_tables, to_json
from melanoma.validation.finding import Evidence


def build(job: Job) -> Built:
    """Audit the manifest, run the table checks on what is left, and write both with the gate's decision."""
    config = job.section(ValidateConfig)
    evidence = read_evidence(job.inputs["ingest"], job.seed)
    audit = audit_images(evidence, config)
    because = audit.excluded_because(evidence.manifest)
    outcomes = check_tables(evidence.manifest[because.isna()], _unreadable_share(evidence), config)
    refusals = [*(f"{name} is not let through" for name in audit.forbidden), *_failures(outcomes)]
    document = audit.to_json(passed=not refusals)
    write_json(job.folder / AUDIT, document)
    write_json(job.folder / EXPECTATIONS, to_json(outcomes))
    evidence.manifest[["image_id"]].assign(excluded_because=because).to_parquet(job.folder / EXCLUSIONS, index=False)
    _list_findings(audit, job)
    return Built(
        {
            "passed": document["passed"],
            "refusals": refusals,
            "findings": [{key: value for key, value in f.items() if key != "examples"} for f in document["findings"]],
            "excluded": int(because.notna().sum()),
        }
    )


def read_evidence(ingest: Artifact, seed: int) -> Evidence:
    """Read what the checks look at from ingest's artifact, and hand them the run's seed."""
    source = ingest.read_json(SOURCE)
    quarantine = pd.read_csv(ingest.path(QUARANTINE), dtype="object")
    return Evidence(
        pd.read_parquet(ingest.path(MANIFEST)),
        quarantine,
        tuple(source["missing_images"]),
        source["has_metadata"],
        seed=seed,
        size_px=_size_px(ingest),
    )


def _size_px(ingest: Artifact) -> int | None:
    """Return the side of the pictures in the shards, None if there are none."""
    sides = (open_pixels(ingest.part_folder(part)).shape[1] for part in shard_parts(ingest).values())
    return next(sides, None)


def _unreadable_share(evidence: Evidence) -> float:
    unreadable = int((evidence.quarantine["kind"] == UNREADABLE).sum())
    return unreadable / (len(evidence.manifest) + len(evidence.quarantine))


def _failures(outcomes: list[Outcome]) -> list[str]:
    return [
        f"{outcome.expectation} on {outcome.column} failed: {outcome.observed}"
        for outcome in outcomes
        if outcome.severity == CRITICAL and not outcome.success
    ]


def _list_findings(audit: Audit, job: Job) -> None:
    for check in audit.findings:
        list_images(audit, check).to_csv(job.folder / f"{check}.csv", index=False)
