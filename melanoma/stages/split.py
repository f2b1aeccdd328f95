"""Stage: training, validation, calibration and test, and folds, with a proof that nothing crosses."""

from dataclasses import asdict

import pandas as pd

from melanoma.config.split import SplitConfig
from melanoma.data.earlier_roles import EarlierRoles, find_earlier_roles
from melanoma.data.roles import ROLES
from melanoma.data.split import SplitProof, prove_split, split_images
from melanoma.errors import DataRefused
from melanoma.stages.files import EXCLUSIONS, MANIFEST, NEAR_DUPLICATES, PROOF
from melanoma.stages.job import Built, Job, Summary, count_rows, write_json


def build(job: Job) -> Built:
    """Split the images that the audit leaves in, look again, and refuse a split that crosses or trains on nothing."""
    config = job.section(SplitConfig)
    published = pd.read_parquet(job.inputs["ingest"].path(MANIFEST)).drop(columns="diagnosis")
    validate = job.inputs["validate"]
    decisions = pd.read_parquet(validate.path(EXCLUSIONS))  # with the diagnosis that is used
    pairs = pd.read_parquet(validate.path(NEAR_DUPLICATES))
    divided = published.merge(decisions, on="image_id")
    earlier = find_earlier_roles(divided, job.given(EarlierRoles).rows) if job.material else None
    rows = split_images(divided, config, job.seed, pairs, earlier)
    proof = prove_split(rows)
    if config.protocol == "grouped" and proof.crossing:
        raise AssertionError(f"{len(proof.crossing)} groups cross the split: {proof.crossing[0]}; this is a defect")
    _require_rows(rows)
    rows.to_parquet(job.folder / MANIFEST, index=False)
    write_json(job.folder / PROOF, asdict(proof) | {"protocol": config.protocol})
    return Built(_summary(rows, proof))


def _require_rows(rows: pd.DataFrame) -> None:
    counts = rows["split"].value_counts()
    for split in ("train", "test"):
        if not counts.get(split):
            raise DataRefused(
                f"no image is left for {split}; see the audit's exclusions, or give more images per diagnosis"
            )


def _summary(rows: pd.DataFrame, proof: SplitProof) -> Summary:
    counts = rows.assign(split=rows["split"].fillna("excluded")).groupby(["diagnosis", "split"]).size()
    table = counts.unstack(fill_value=0).reindex(columns=[*ROLES, "excluded"], fill_value=0)
    images = {str(split): int(n) for split, n in table.sum().items()}
    return {
        "classes": count_rows(table),
        "images": images,
        "absent": {split: list(names) for split, names in proof.absent.items()},
        "notes": _notes(proof, images),
    }


def _notes(proof: SplitProof, images: dict[str, int]) -> list[str]:
    """Say which diagnosis a role or fold has no image of; a role without any image was not asked for."""
    places = {role: names for role, names in proof.absent.items() if images[role]}
    places |= {f"fold {fold}": names for fold, names in proof.absent_from_fold.items()}
    return [
        f"{place} has no image of {', '.join(names)}: too few groups of related images"
        for place, names in places.items()
        if names
    ]
