from melanoma.config.validate import ValidateConfig
from melanoma.validation.checks.small_class import CHECK
from melanoma.validation.finding import Evidence


def find(manifest):
    return CHECK.find(Evidence(manifest, manifest.iloc[:0]), ValidateConfig())


def test_a_diagnosis_of_one_lesion_is_found_however_many_images_it_has(manifest_of):
    manifest = manifest_of(
        image_id=list("abcde"),
        diagnosis=["melanoma", "melanoma", "nevus", "nevus", "melanocytoma"],
        lesion_id=["L1", "L1", "L2", "L3", None],
    )
    finding = find(manifest)
    assert finding.details == {"a": "melanoma", "b": "melanoma", "e": "melanocytoma"}
    assert (finding.severity, finding.action) == ("warning", "keep")
    assert "melanocytoma, melanoma" in finding.remedy


def test_a_diagnosis_of_one_patient_or_one_picture_is_found_too(manifest_of):
    manifest = manifest_of(
        image_id=list("abcdef"),
        diagnosis=["melanoma"] * 2 + ["dermatofibroma"] * 2 + ["nevus"] * 2,
        patient_id=["P1", "P1", None, None, "P2", "P3"],
        sha256=["1", "2", "3", "3", "4", "5"],
    )
    assert find(manifest).images == ("a", "b", "c", "d")
