"""A model is found by run, folder or file, with the threshold that its run froze."""

import json
import shutil

import pandas as pd
import pytest

from melanoma.config.pipeline import PipelineConfig
from melanoma.errors import ModelError, UsageError
from melanoma.evaluation.figure import NotEvaluated
from melanoma.evaluation.operating_point import OperatingPoint
from melanoma.stages.found_model import find_model
from melanoma.stages.model_test import ModelTest
from tests.tiny_model import make_run, save_tiny_model

pytestmark = pytest.mark.xdist_group("tensorflow")
CLASSES = ("melanoma", "nevus")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    make_run(home, "20260101-000000-aaaaaaaa", CLASSES, pd.DataFrame({"split": ["train"]}))
    make_run(home, "20260102-000000-bbbbbbbb", CLASSES, pd.DataFrame({"split": ["train"]}), threshold=None)
    (home / "runs" / "latest").symlink_to("20260101-000000-aaaaaaaa")
    return home


def test_a_run_is_found_by_its_id_its_beginning_its_folder_and_as_latest(home):
    folder = home / "runs" / "20260101-000000-aaaaaaaa"
    for name in (folder.name, "20260101", "latest", str(folder)):
        found = find_model(name, home)
        assert (found.title, found.run) == (folder.name, folder)
        assert found.point == OperatingPoint(0.25, 0.95)
        assert found.manifest == folder / "manifest.parquet"
        assert found.info.classes == CLASSES
    assert found.describe()["melanoma_threshold"] == 0.25


def test_a_bare_file_has_no_threshold_and_no_manifest(home, tmp_path):
    path = save_tiny_model(tmp_path / "m.keras", CLASSES)
    found = find_model(str(path), home)
    assert found.manifest is None
    assert found.point == NotEvaluated(f"{path} is a file without a run")
    assert found.describe()["melanoma_threshold"] is None


def test_a_run_that_froze_no_threshold_says_so(home):
    assert find_model("20260102", home).point == NotEvaluated(
        "validation has no row of melanoma to choose the threshold on"
    )


def test_a_run_folder_may_be_copied_elsewhere(home, tmp_path):
    copy = shutil.copytree(home / "runs" / "20260101-000000-aaaaaaaa", tmp_path / "deep" / "copy")
    (copy / "metrics.json").unlink()
    found = find_model(str(copy), tmp_path)
    assert found.path == copy / "model.keras"
    assert found.point == NotEvaluated("the run copy has no metrics.json")


def test_a_file_of_an_earlier_version_is_read_where_its_stage_left_it(home, tmp_path):
    run = shutil.copytree(home / "runs" / "20260101-000000-aaaaaaaa", tmp_path / "runs" / "20250101-000000-cccccccc")
    made = tmp_path / "artifacts" / "train" / "key"
    made.mkdir(parents=True)
    shutil.move(run / "model.keras", made / "model.keras")
    (run / "run.json").write_text(json.dumps({"status": "finished", "stages": {"train": {"key": "key"}}}))
    assert find_model("20250101", tmp_path).path == made / "model.keras"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("2027", r"run 2027: 0 runs match"),
        ("m.keras", r"--model m\.keras: no such file or folder; give a run's id, latest, or a model\.keras file"),
        ("some/where", r"--model some/where: no such file or folder"),
    ],
)
def test_what_is_not_there_is_a_usage_error(home, name, words):
    with pytest.raises(UsageError, match=words):
        find_model(name, home)


def test_a_folder_that_is_no_run_and_a_run_without_a_model_are_refused(home, tmp_path):
    with pytest.raises(UsageError, match=r"holds no run\.json; give the folder of a run"):
        find_model(str(tmp_path), home)
    (tmp_path / "run.json").write_text('{"status": "failed"}')
    with pytest.raises(ModelError, match=r"the run has no model\.keras \(it is failed\); give a finished run"):
        find_model(str(tmp_path), home)
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(ModelError, match=r"run\.json: cannot be read; run the pipeline again"):
        find_model(str(tmp_path), home)


def test_images_are_to_be_read_as_the_model_takes_them(home, tmp_path):
    path = save_tiny_model(tmp_path / "m.keras", CLASSES, fit="crop", size_px=48)
    config = find_model(str(path), home).fit_config(PipelineConfig.model_validate({"ingest": {"shard_images": 20}}))
    assert (config.ingest.size_px, config.ingest.fit, config.ingest.shard_images) == (48, "crop", 20)


def test_a_test_is_another_one_when_threshold_known_data_or_choice_change(home):
    run, bare = find_model("20260101", home), find_model("20260102", home)
    digests = {ModelTest(run).digest, ModelTest(run, keep_known=True).digest, ModelTest(bare).digest}
    assert len(digests) == 3
    assert ModelTest(run).digest == ModelTest(find_model("latest", home)).digest
