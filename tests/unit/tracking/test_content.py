"""What is read of a run, and what makes it another run."""

import shutil

import pytest

from melanoma.config.pipeline import PipelineConfig
from melanoma.config.tracking import TrackingConfig
from melanoma.errors import ModelError
from melanoma.runs import RunFolder
from melanoma.tracking.content import read_content
from melanoma.tracking.figures import Measured
from tests.tracked_home import make_run

FIRST, SECOND = "20260101-000000-aaaaaaaa", "20260102-000000-bbbbbbbb"


def read(home, run_id=FIRST):
    return read_content(RunFolder(home, run_id))


def test_a_run_is_told_with_its_data_its_model_its_numbers_and_its_files(tmp_path):
    folder = make_run(tmp_path, FIRST, data="/a/skin + /b/more")
    found = read(tmp_path)
    assert found.experiment == "skin + more"
    assert found.tags["melanoma.data_digest"] == "0" * 64
    assert found.tags["melanoma.network"] == "tiny"
    assert "prefect.flow_run_id" not in found.tags
    assert Measured("val_loss", 0.9, 2) in found.measured
    assert Measured("test/accuracy_high", 0.75) in found.measured
    assert [path.name for path in found.files] == ["report.html", "MODEL_CARD.md", "metrics.json"]
    assert found.model.read_bytes() == (folder / "model.keras").read_bytes()


def test_the_same_run_again_is_the_same_and_another_model_configuration_or_data_is_another(tmp_path):
    seeded = PipelineConfig(seed=5).model_dump(mode="json")
    elsewhere = PipelineConfig(tracking=TrackingConfig(mlflow=True)).model_dump(mode="json")
    make_run(tmp_path, FIRST)
    make_run(tmp_path, SECOND, started_at="2027-01-01T00:00:00+00:00", config=elsewhere)
    others = [{"weights": "x"}, {"config": seeded}, {"data_digest": "1" * 64}]
    for number, about in enumerate(others):
        make_run(tmp_path, f"2026020{number}", **about)
    first = read(tmp_path).fingerprint
    assert read(tmp_path, SECOND).fingerprint == first
    assert len({first, *(read(tmp_path, f"2026020{n}").fingerprint for n in range(len(others)))}) == 1 + len(others)


def test_a_run_without_a_model_or_without_figures_is_not_told(tmp_path):
    make_run(tmp_path, FIRST, stages={})
    make_run(tmp_path, SECOND)
    (tmp_path / "runs" / SECOND / "metrics.json").unlink()
    for run_id in (FIRST, SECOND):
        with pytest.raises(ModelError, match=f"run {run_id}: made no model or did not evaluate it; only a run"):
            read(tmp_path, run_id)


def test_a_run_whose_training_is_gone_says_so(tmp_path):
    make_run(tmp_path, FIRST)
    shutil.rmtree(tmp_path / "artifacts")
    with pytest.raises(ModelError, match="its training is gone from the home or damaged; run the pipeline again"):
        read(tmp_path)
