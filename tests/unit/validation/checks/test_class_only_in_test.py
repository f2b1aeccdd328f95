from melanoma.config.validate import ValidateConfig
from melanoma.validation.checks.class_only_in_test import CHECK
from melanoma.validation.finding import Evidence


def find(manifest):
    return CHECK.find(Evidence(manifest, manifest.iloc[:0]), ValidateConfig())


def test_a_diagnosis_that_is_tested_and_never_shown_is_found(manifest_of):
    manifest = manifest_of(
        image_id=list("abcd"),
        diagnosis=["nevus", "nevus", "melanoma", "melanoma"],
        publisher_split=["train", "test", "test", "test"],
    )
    finding = find(manifest)
    assert finding.details == {"c": "melanoma", "d": "melanoma"}
    assert (finding.severity, finding.action) == ("warning", "keep")
    assert "melanoma" in finding.remedy


def test_images_in_no_published_split_can_be_trained_on(manifest_of):
    manifest = manifest_of(image_id=["a", "b"], publisher_split=[None, "test"])
    assert find(manifest).images == ()


def test_a_set_that_is_all_test_has_no_such_diagnosis(manifest_of):
    assert find(manifest_of(image_id=["a", "b"], publisher_split=["test", "test"])).images == ()
