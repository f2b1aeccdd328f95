"""A picture's faults are those of the audit's checks, and its size is judged by the network's."""

import numpy as np
import pandas as pd
import pytest

from melanoma.config.validate import ValidateConfig
from melanoma.data.measures.appearance import measure
from melanoma.validation.checks import blank_image, outlier_image
from melanoma.validation.finding import Evidence
from melanoma.validation.poor_picture import name_faults


def skin():
    """Return a thumbnail of noisy skin with a dark disc."""
    y, x = np.mgrid[:64, :64] - 32
    lesion = np.where((np.hypot(x, y) < 14)[..., None], (110, 70, 60), (220, 180, 160))
    return (lesion + np.random.default_rng(1).normal(0, 4, (64, 64, 3))).clip(0, 255).astype(np.uint8)


PICTURES = {
    "": skin(),
    "nearly black": (skin() // 40).astype(np.uint8),
    "nearly white": np.full((64, 64, 3), 254, np.uint8),
    "one tone all over": np.full((64, 64, 3), (200, 150, 140), np.uint8),
    "green as a landscape": skin()[..., [1, 0, 2]],
    "sharper than a lens makes it": np.random.default_rng(2).integers(0, 256, (64, 64, 3)).astype(np.uint8),
}


@pytest.mark.parametrize("fault", PICTURES)
def test_each_fault_is_named(fault):
    assert name_faults(measure(PICTURES[fault][None]), [450], 224) == [fault]


def test_what_is_named_is_what_the_audit_finds():
    rows = measure(np.stack(list(PICTURES.values()))).assign(image_id=list(PICTURES))
    checks = (blank_image.CHECK, outlier_image.CHECK)
    findings = [check.find(Evidence(rows, pd.DataFrame()), ValidateConfig()) for check in checks]
    found = {image for finding in findings for image in finding.images}
    assert found == {image for image, fault in zip(PICTURES, name_faults(rows, [450] * 6, 224), strict=True) if fault}


def test_a_picture_of_less_than_half_the_networks_side_is_too_small():
    measures = measure(np.stack([skin()] * 3))
    assert name_faults(measures, [450, 112, 111], 224) == [
        "",
        "",
        "too small: its shorter side is 111 pixels, less than half of the 224 that the model takes",
    ]
