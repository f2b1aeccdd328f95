"""`melanoma study`, as its user types it: two rows of one epoch, one of them by the leaking protocol too."""

import json

import pytest
import yaml

from tests.networks import POOR

pytestmark = pytest.mark.xdist_group("study")
SHARED = ("train.precision=float32", "evaluate.resamples=100")
STUDY = {
    "title": "Two small networks",
    "baseline": "plain",
    "as_published": "published",
    "base": {
        "ingest": {"size_px": 32},
        "balance": {"mode": "none"},
        "train": {"network": "cnn", "method": "scratch", "precision": "float32"},
        "evaluate": {"resamples": 100},
    },
    "leaking_protocol": {
        "validation": {"exact_duplicate": "keep", "label_conflict": "keep", "image_in_train_and_test": "keep"},
        "split": {"protocol": "after_augmentation"},
        "train": {"early_stopping": False},
    },
    "rows": [
        {"name": "plain"},
        {"name": "published", "leaking": True, "change": {"train": {"network": "cnn_batchnorm"}}},
    ],
}


@pytest.fixture(scope="module")
def studied(tmp_path_factory, drawn_set, make_reporting):
    """A home in which the study has been carried out once, and what it said."""
    command = make_reporting(tmp_path_factory.mktemp("studied"))
    (command.user / "study.yaml").write_text(yaml.safe_dump(STUDY))
    answer = command("study", "study.yaml", "--data", drawn_set, "--set", "train.epochs=1")
    assert answer.code == 0, answer.err
    return command, answer


def study_folder(command):
    (folder,) = {path.parent for path in (command.home / "runs").glob("*/study.json")}
    return folder


def test_a_study_says_what_helped_and_leaves_its_page(studied):
    command, answer = studied
    folder = study_folder(command)
    document = json.loads((folder / "study.json").read_text())
    assert [entry["against"] for entry in document["comparisons"]] == [
        "as published",
        "row before",
        "baseline",
        "as published",
    ]
    assert all(entry["sentence"] in answer.out for entry in document["comparisons"])
    assert f"page: {folder / 'study.html'}" in answer.out
    assert (folder / "study.csv").read_text().startswith("row,leaking validation balanced_accuracy,")
    assert command.record(folder.name)["study"] == {"title": "Two small networks"}


def test_each_cell_leads_to_a_run_that_is_proven_and_no_run_is_the_latest(studied):
    command, _ = studied
    document = json.loads((study_folder(command) / "study.json").read_text())
    cells = [row[protocol] for row in document["rows"] for protocol in ("clean", "leaking") if row[protocol]]
    assert len({cell["run_id"] for cell in cells}) == 3
    for cell in cells:
        record = command.record(cell["run_id"])
        assert record["stages"]["train"]["digest"] == cell["artifacts"]["train"]["digest"]
        assert record["stages"]["evaluate"]["digest"] == cell["artifacts"]["evaluate"]["digest"]
    assert command.record(cells[-1]["run_id"])["study"] == {"row": "published", "protocol": "leaking"}
    assert not (command.home / "runs" / "latest").exists()
    assert command("verify", cells[0]["run_id"]).code == 0


def test_rows_share_what_they_have_in_common(studied):
    command, _ = studied
    made = {stage: len(list((command.home / "artifacts" / stage).iterdir())) for stage in ("ingest", "split", "train")}
    assert made == {"ingest": 1, "split": 2, "train": 3}


def test_a_second_study_computes_nothing_again(studied, drawn_set):
    command, _ = studied
    before = {path.name for path in (command.home / "runs").glob("*-*")}
    first = json.loads((study_folder(command) / "study.json").read_text())
    answer = command("study", "study.yaml", "--data", drawn_set, "--set", "train.epochs=1", "--json")
    said = json.loads(answer.out)
    assert {name: said[name] for name in first} == first
    for name in {path.name for path in (command.home / "runs").glob("*-*")} - before:
        assert {entry["state"] for entry in command.record(name)["stages"].values()} == {"Cached"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["no.yaml"], "no.yaml: cannot be read"),
        (["study.yaml", "--only", "third"], "--only third: no such row in study.yaml; it has plain, published"),
        (["study.yaml", "--set", "train.network=no"], "no"),
        (["wrong.yaml"], "wrong.yaml: rows.0.chnge: no such configuration key; did you mean change?"),
    ],
)
def test_a_wrong_study_ends_with_one_line_before_anything_is_started(studied, drawn_set, arguments, words):
    command, _ = studied
    (command.user / "wrong.yaml").write_text(yaml.safe_dump({**STUDY, "rows": [{"name": "plain", "chnge": {}}]}))
    answer = command("study", *arguments, "--data", drawn_set)
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert words in answer.err


def test_the_report_of_a_run_shows_the_study_and_stays_cached(studied, drawn_set):
    command, _ = studied
    settings = ("ingest.size_px=32", "balance.mode=none", *POOR)
    options = [part for setting in (*settings, *SHARED) for part in ("--set", setting)]
    record = json.loads(command("run", "--data", drawn_set, "--json", *options).out)
    assert {record["stages"][name]["state"] for name in ("ingest", "split", "train", "evaluate")} == {"Cached"}
    report = (command.home / "runs" / record["run_id"] / "report.html").read_text()
    assert "Two small networks: 2 networks on these data, side by side." in report
    planned = json.loads(command("plan", "--data", drawn_set, "--json", *options).out)
    assert [stage["stage"] for stage in planned if not stage["hit"]] == []
