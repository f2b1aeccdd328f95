"""Images that nothing is known about."""

from melanoma.config.validate import ValidateConfig
from melanoma.data.manifest import COMPANION, UNLABELLED
from melanoma.validation.finding import Check, Evidence, Finding

_FIELDS = ["age_approx", "sex", "anatom_site_general", "lesion_id", "patient_id"]


def find(evidence: Evidence, _: ValidateConfig) -> Finding:
    """Find images without a diagnosis and, where the publisher gives metadata, images without any of it."""
    quarantine = evidence.quarantine
    unlabelled = quarantine.loc[(quarantine["kind"] == UNLABELLED) & (quarantine["reason"] != COMPANION), "image_id"]
    manifest = evidence.manifest
    bare = manifest.loc[manifest[_FIELDS].isna().all(axis=1), "image_id"] if evidence.has_metadata else unlabelled[:0]
    return Finding(
        images=(*unlabelled, *bare),
        severity="warning",
        remedy="Add these images to the publisher's table; those without a diagnosis take no part.",
        details={**dict.fromkeys(unlabelled, "no diagnosis"), **dict.fromkeys(bare, "no metadata")},
    )


CHECK = Check("missing_metadata", find, rank=80)
