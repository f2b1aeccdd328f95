"""Pictures with fewer pixels than the network's input, in a set of larger ones: they are enlarged, detail is made up.

A set whose pictures are all small is no finding: then the chosen input size is what is unusual, and `audit.json` has
both numbers.
"""

from melanoma.config.validate import ValidateConfig
from melanoma.validation.finding import Check, Evidence, Finding

_UNUSUAL = 0.75  # of the set's median shorter side


def find(evidence: Evidence, config: ValidateConfig) -> Finding:
    """Find originals whose shorter side is below the size that ingest was asked for, and unusually small in the set."""
    manifest, size_px = evidence.manifest, evidence.size_px or 0
    side = manifest[["width", "height"]].min(axis=1)
    usual = float(side.median()) if len(side) else 0.0
    small = manifest[side < min(size_px, _UNUSUAL * usual)]
    sizes = small["width"].astype(str) + " x " + small["height"].astype(str) + " pixels"
    return Finding(
        images=tuple(small["image_id"]),
        severity="info",
        action=config.small_image,
        excluded=tuple(small["image_id"]),
        remedy="Get the originals, or choose a smaller ingest.size_px: these pictures were enlarged to it.",
        details=dict(zip(small["image_id"], sizes, strict=True)),
        figures={"size_px": size_px, "median_side_px": usual} if usual < size_px else {},
    )


CHECK = Check("small_image", find, rank=84)
