"""A table of predictions that is not whole gives one line and no figure."""

import pytest

from melanoma.errors import ArtifactDamaged
from melanoma.evaluation.predictions_file import read_predictions


@pytest.fixture
def path(make_predictions, tmp_path):
    file = tmp_path / "predictions.parquet"
    make_predictions().to_parquet(file, index=False)
    return file


def test_a_whole_table_is_read_as_it_was_written(path, make_predictions):
    assert read_predictions(path)["image_id"].tolist() == make_predictions()["image_id"].tolist()


@pytest.mark.parametrize("kept", [0.0, 0.01, 0.5, 0.99])
def test_a_truncated_table_is_refused_in_one_line(kept, path):
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(ArtifactDamaged) as refused:
        read_predictions(path)
    assert str(refused.value) == f"{path}: is cut off, or no table of predictions; run the pipeline again"


def test_a_missing_table_is_named(path):
    path.unlink()
    with pytest.raises(ArtifactDamaged, match=r"predictions\.parquet: is missing; run the pipeline again"):
        read_predictions(path)
