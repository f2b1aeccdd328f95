"""A run's overview says how it ended, what it was made from, and which run made each stage."""

import pytest

from flows.compare import compare_runs
from flows.evaluate import evaluate_model
from flows.first_stages import balance_images, ingest_images, split_images, train_model, validate_images
from flows.monitor import monitor
from flows.pipeline import pipeline
from flows.retrain import retrain
from flows.study import make_network, study_networks
from flows.tune import tune
from tasks.overview import describe_run, tags_of

RECORD = {
    "run_id": "20261125-095459-5f122867",
    "status": "finished",
    "flow": "pipeline",
    "data": "clinic",
    "data_digest": "41157f750309",
    "images": 1907,
    "seed": 123,
    "config": {"train": {"network": "cnn"}, "split": {"protocol": "grouped"}},
    "stages": {
        "train": {
            "state": "Cached",
            "seconds": 0.031,
            "key": "aad69ac11bbcb1d7",
            "made_by": {"run_id": "20261125-094041-aee642d6", "task_run_id": "01a2"},
        }
    },
}


def test_a_reused_stage_leads_to_the_task_run_that_made_it(tmp_path):
    said = describe_run(RECORD, tmp_path)
    assert "# Run 20261125-095459-5f122867: finished" in said
    assert "| data | `clinic`, 1,907 images, digest `41157f75` |" in said
    assert "| network | `cnn`, split `grouped`, seed 123 |" in said
    assert (
        "| train | Cached | 0.0 | `aad69ac1` | [20261125-094041-aee642d6](/runs/task-run/01a2) |" in said.splitlines()
    )


def test_the_report_is_named_once_there_is_one(tmp_path):
    command = "melanoma report 20261125-095459-5f122867 --open"
    assert command not in describe_run(RECORD, tmp_path)
    (tmp_path / "report.html").touch()
    assert command in describe_run(RECORD, tmp_path)


@pytest.mark.parametrize("flow", [pipeline, retrain, make_network, train_model, tune])
def test_a_run_that_trains_is_found_by_network_split_and_data(tmp_path, flow):
    record = {**RECORD, "flow": flow.name}
    assert tags_of(record) == ["cnn", "grouped", "data 41157f75"]
    assert "| network | `cnn`" in describe_run(record, tmp_path)


@pytest.mark.parametrize(
    "flow",
    [
        monitor,
        ingest_images,
        validate_images,
        split_images,
        balance_images,
        evaluate_model,
        compare_runs,
        study_networks,
    ],
)
def test_a_run_that_trains_nothing_names_no_network(tmp_path, flow):
    record = {**RECORD, "flow": flow.name}
    assert tags_of(record) == ["data 41157f75"]
    assert "cnn" not in describe_run(record, tmp_path)


@pytest.mark.parametrize("status", ["failed", "refused"])
def test_a_run_that_did_not_finish_says_why_and_its_text_is_no_markup(tmp_path, status):
    problem = "![x](http://elsewhere/x.png) | <b>label</b>\nconflict"
    said = describe_run({**RECORD, "status": status, "problem": problem, "stages": {}}, tmp_path)
    assert said.splitlines()[:3] == [
        f"# Run 20261125-095459-5f122867: {status}",
        "",
        "`![x](http://elsewhere/x.png) | <b>label</b> conflict`",
    ]
    assert "| stage |" not in said


def test_a_bar_in_a_name_begins_no_cell(tmp_path):
    assert "| data | `a\\|b`, 1,907 images" in describe_run({**RECORD, "data": "a|b"}, tmp_path)


def test_a_stage_without_a_task_run_names_the_run_alone(tmp_path):
    entry = {**RECORD["stages"]["train"], "made_by": {"run_id": "a test", "task_run_id": None}}
    said = describe_run({**RECORD, "stages": {"train": entry}}, tmp_path)
    assert said.endswith("| `aad69ac1` | a test |")
