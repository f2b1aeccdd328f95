"""What is left of each diagnosis is said where it is next to nothing."""

import pandas as pd
import pytest

from melanoma.config.validate import ValidateConfig
from melanoma.validation.audit import audit_images
from melanoma.validation.finding import Evidence
from melanoma.validation.remainder import note_remainder

NO_QUARANTINE = pd.DataFrame({"image_id": [], "kind": [], "reason": []}, dtype="object")
OFFER = (
    "To keep images that label_conflict took, name a table of diagnoses as validation.reference_labels "
    "and set validation.label_conflict=relabel."
)


def notes(manifest, reference=None, **config):
    chosen = ValidateConfig(**config)
    return note_remainder(
        manifest, audit_images(Evidence(manifest, NO_QUARANTINE, reference=reference), chosen), chosen
    )


@pytest.fixture
def disputed(manifest_of):
    """Warts 0 to 3, of which 1, 2 and 3 are filed under nevus too; wart 3 is the published test image."""
    return manifest_of(
        image_id=[*(f"wart/{n}" for n in range(4)), *(f"nevus/{n}" for n in range(10))],
        isic_id=[*"0123", *(str(n) if 1 <= n <= 3 else f"own {n}" for n in range(10))],
        diagnosis=["wart"] * 4 + ["nevus"] * 10,
        publisher_split=["train", "train", "train", "test", "test", *["train"] * 9],
        sha256=[*(f"picture {n}" for n in range(4)), *(f"picture {n}" if 1 <= n <= 3 else f"n{n}" for n in range(10))],
    )


def test_a_diagnosis_with_next_to_nothing_left_is_named_with_what_took_its_images(disputed):
    assert notes(disputed) == (
        "wart: 1 of 4 images is left, none in the published test set (label_conflict took 3).",
        OFFER,
    )


def test_with_a_reference_it_is_said_how_many_relabelling_would_keep(disputed):
    reference = pd.DataFrame({"isic_id": ["1", "2"], "diagnosis": ["wart", "wart"]})
    said = notes(disputed, reference, reference_labels="some.csv")
    assert "validation.label_conflict=relabel would keep those that the reference settles: 4 of 6." in said


def test_after_relabelling_there_is_enough_left_and_nothing_is_said(disputed):
    reference = pd.DataFrame({"isic_id": ["1", "2", "3"], "diagnosis": ["wart"] * 3})
    assert notes(disputed, reference, reference_labels="some.csv", label_conflict="relabel") == ()


def test_a_diagnosis_that_gives_its_images_away_is_said_to(manifest_of):
    manifest = manifest_of(image_id=list("abcdefgh"), isic_id=list("12345678"), diagnosis=["wart"] * 3 + ["nevus"] * 5)
    reference = pd.DataFrame({"isic_id": ["1", "2", "3"], "diagnosis": ["nevus"] * 3})
    said = notes(manifest, reference, reference_labels="x.csv", label_disagrees_with_reference="relabel")
    assert said == ("wart: 0 of 3 images are left (3 got another diagnosis).",)


def test_a_diagnosis_that_was_small_from_the_start_is_not_the_audits_doing(manifest_of):
    assert notes(manifest_of(image_id=list("abcd"), diagnosis=["wart", "nevus", "nevus", "nevus"])) == ()
