import pytest

from melanoma.config.validate import ValidateConfig
from melanoma.validation.checks.small_image import CHECK
from melanoma.validation.finding import Evidence


def find(manifest, size_px):
    return CHECK.find(Evidence(manifest, manifest.iloc[:0], size_px=size_px), ValidateConfig())


@pytest.fixture
def mixed(manifest_of):
    return manifest_of(image_id=list("abcde"), width=[600, 600, 600, 100, 600], height=[450, 450, 450, 600, 180])


def test_a_picture_whose_shorter_side_is_below_the_input_is_found_and_kept(mixed):
    finding = find(mixed, 180)
    assert (finding.images, finding.details) == (("d",), {"d": "100 x 600 pixels"})
    assert (finding.severity, finding.action) == ("info", "keep")


def test_a_larger_input_finds_more(mixed):
    assert find(mixed, 181).images == ("d", "e")


def test_a_set_that_is_small_throughout_has_no_small_image_and_both_numbers(manifest_of):
    finding = find(manifest_of(image_id=list("abc"), width=[64] * 3, height=[64] * 3), 180)
    assert finding.images == ()
    assert finding.figures == {"size_px": 180, "median_side_px": 64.0}


def test_without_a_known_input_size_nothing_is_small(mixed):
    assert find(mixed, None).images == ()
