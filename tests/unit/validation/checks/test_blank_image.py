import pytest

from melanoma.config.validate import ValidateConfig
from melanoma.validation.checks.blank_image import CHECK
from melanoma.validation.finding import Evidence


def find(manifest, config=None):
    return CHECK.find(Evidence(manifest, manifest.iloc[:0]), config or ValidateConfig())


@pytest.fixture
def manifest(manifest_of):
    rows = manifest_of(image_id=["black", "white", "grey", "pale skin", "dark skin"])
    return rows.assign(brightness=[3.0, 254.0, 128.0, 241.0, 46.0], contrast=[2.5, 3.0, 0.4, 5.0, 12.0])


def test_black_white_and_uniform_pictures_leave_and_pale_and_dark_skin_stay(manifest):
    finding = find(manifest)
    assert finding.details == {"black": "nearly black", "white": "nearly white", "grey": "one tone all over"}
    assert finding.images == finding.excluded == ("black", "white", "grey")
    assert (finding.severity, finding.action) == ("warning", "exclude")


def test_the_action_is_that_of_the_configuration(manifest):
    assert find(manifest, ValidateConfig(blank_image="fail")).action == "fail"


def test_a_manifest_without_measures_has_no_blank_image(manifest):
    assert find(manifest.drop(columns="contrast")).images == ()
