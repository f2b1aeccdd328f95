"""Rule: the protocol leaks."""

from melanoma.data.examples import LEAK_SHARES
from melanoma.reporting.evidence import AFTER_AUGMENTATION, Evidence
from melanoma.reporting.number_text import share_text
from melanoma.reporting.rule import Rule


def explain_leak(evidence: Evidence) -> str:
    """Say how many images of the other splits have a relative in training."""
    leak = evidence.leak
    shares = [
        f"{share_text(leak[share])} of {split} images have a relative in training"
        for split, share in LEAK_SHARES.items()
        if leak.get(share, 0) > 0
    ]
    if evidence.protocol == AFTER_AUGMENTATION:
        return "; ".join(["Copies were made before the split", *shares]) + "."
    return "; ".join(shares) + "." if shares else ""


RULE = Rule(
    "red",
    1,
    "The protocol leaks: copies are made before the split, or a validation, calibration or test image has a "
    "relative in training (itself, its source, an identical image, the same lesion).",
    explain_leak,
    "Run again with --set split.protocol=grouped; only that result can be reported.",
)
