"""Page: what is wrong with the data, with pictures."""

from importlib.metadata import version

import pandas as pd

from melanoma.artifacts.record import Artifact
from melanoma.data.examples import ExampleSet
from melanoma.reporting.audit_page import AuditRecord, pictures_per_finding, render_audit_page
from melanoma.reporting.finding_pictures import FindingPictures, choose_pictures
from melanoma.reporting.gallery import picture_finder
from melanoma.stages import files
from melanoma.stages.job import Built, Job
from melanoma.stages.pixels import open_originals


def build(job: Job) -> Built:
    """Write the page from what ingest and validate have left."""
    ingest, validate = job.inputs["ingest"], job.inputs["validate"]
    images = open_originals(ingest, pd.read_parquet(ingest.path(files.MANIFEST)))
    audit = validate.read_json(files.AUDIT)
    stays = pd.read_parquet(validate.path(files.EXCLUSIONS))["excluded_because"].isna()
    record = AuditRecord(
        version=version("melanoma"),
        source=ingest.read_json(files.SOURCE),
        audit=audit,
        expectations=validate.read_json(files.EXPECTATIONS),
        pictures=choose_for_findings(validate, images, pictures_per_finding(len(audit["findings"]))),
        left=(int(stays.sum()), len(stays)),
    )
    (job.folder / files.AUDIT_PAGE).write_text(render_audit_page(record), encoding="utf-8")
    return Built()


def choose_for_findings(validate: Artifact, images: ExampleSet, most: int) -> dict[str, FindingPictures]:
    """Choose the pictures of every finding.

    Args:
        validate: The artifact of the validate stage.
        images: All readable images.
        most: Pictures of one finding, at most.

    Returns:
        What is shown of each finding, by check.
    """
    picture, known = picture_finder(images), set(images.rows["image_id"])
    listed = pd.read_parquet(validate.path(files.FINDING_IMAGES))
    return {
        str(check): choose_pictures(rows, lambda image: picture(image) if image in known else None, most)
        for check, rows in listed.groupby("check")
    }
