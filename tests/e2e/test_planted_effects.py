"""What is planted in pictures is named by the report of a whole run, from the folder on."""

import json

import pytest

from melanoma.config.synthetic import SyntheticConfig
from melanoma.data.synthetic.dataset import draw_dataset

pytestmark = pytest.mark.xdist_group("pipeline")


@pytest.fixture(scope="module")
def planted(tmp_path_factory, make_reporting):
    """The folder of a run on a set with another camera in Test, and lesions, pictures and labels that leak."""
    data = tmp_path_factory.mktemp("planted") / "set"
    effects = {"test_camera": 0.8, "test_lesions_in_train": 2, "test_images_in_train": 2, "label_conflicts": 2}
    truth = draw_dataset(data, SyntheticConfig(images=200, size_px=64, test_share=0.35, **effects))
    command = make_reporting(tmp_path_factory.mktemp("run"))
    command.run(data)
    return command.home / "runs/latest", truth


def test_another_camera_is_told_in_the_report_and_leads_to_its_remedy(planted):
    folder, truth = planted
    report = (folder / "report.html").read_text()
    assert set(truth.effects) == {"test_camera"}
    assert "Test images differ from validation images of the same diagnoses in colour, border or sharpness" in report
    assert "choose the threshold again on validation images of the source" in report


def test_every_planted_leak_and_conflict_is_a_finding_and_none_is_left_after_the_split(planted):
    folder, truth = planted
    found = {finding["check"]: finding for finding in json.loads((folder / "audit.json").read_text())["findings"]}
    assert found["label_conflict"]["count"] == 2 * len(truth.label_conflicts)
    assert found["image_in_train_and_test"]["count"] == 2 * len(truth.test_images_in_train)
    assert found["lesion_in_train_and_test"]["count"] >= 2 * len(truth.test_lesions_in_train)
    leaks = json.loads((folder / "metrics.json").read_text())["agreement"]["statements"]
    assert not any("relative" in statement or "a copy" in statement for statement in leaks)
