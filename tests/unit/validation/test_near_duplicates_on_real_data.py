"""On real pictures: the planted forms of 77 lesions are found; pairs of different lesions are not."""

import importlib.util
from pathlib import Path

import pandas as pd
import pytest

from melanoma.validation.near_duplicates import find_near_duplicates

PLANTED_TWINS = Path(__file__).with_name("planted_twins.py")
LESIONS = 77


@pytest.fixture(scope="module")
def planted(shared_data):
    spec = importlib.util.spec_from_file_location("planted_twins", PLANTED_TWINS)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    lesions = pd.read_csv(shared_data / "ham10000" / "HAM10000_metadata.csv").drop_duplicates("lesion_id")["image_id"]
    paths = [shared_data / "ham10000" / "HAM10000_images" / f"{name}.jpg" for name in sorted(lesions)[::40]]
    return module.Planted([path for path in paths if path.is_file()][:LESIONS])


def test_planted_forms_are_found_and_different_lesions_are_not(planted):
    pairs = find_near_duplicates(planted.manifest, planted.pixels)
    found = {frozenset(pair) for pair in zip(pairs["image_id"], pairs["other_id"], strict=True)}
    expected = {frozenset(pair) for pair in planted.sources.items()}
    assert len(expected) == LESIONS
    assert found <= expected
    assert len(found) >= 0.97 * LESIONS
