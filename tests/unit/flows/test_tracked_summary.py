"""The end of a run says where MLflow has it."""

import pytest

from flows.summary import summarise


@pytest.mark.parametrize(
    ("logged", "line"),
    [
        ({"run_id": "r", "url": "https://t/#/1", "store": "https://t"}, "mlflow: https://t/#/1"),
        ({"run_id": "r", "url": None, "store": "sqlite:///x.db"}, "mlflow: sqlite:///x.db"),
        ({"problem": "not logged"}, None),
        (None, None),
    ],
)
def test_the_page_or_the_file_is_named_where_there_is_one(tmp_path, monkeypatch, logged, line):
    monkeypatch.setattr("flows.summary.stage_summary", lambda *_: {"findings": [], "headline": []})
    record = {"run_id": "r", "data": "/d", "stages": {}} | ({"mlflow": logged} if logged else {})
    found = [text for text in summarise(tmp_path, record).splitlines() if text.startswith("mlflow")]
    assert found == ([line] if line else [])
