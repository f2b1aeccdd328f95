"""The command line refuses what cannot work with one clear line and the right exit code, at once."""

import json
from pathlib import Path

import pytest
from PIL import Image

COMMANDS = (
    "run",
    "demo",
    "plan",
    "status",
    "ingest",
    "validate",
    "split",
    "balance",
    "train",
    "tune",
    "evaluate",
    "study",
    "report",
    "predict",
    "export",
    "compare",
    "retrain",
    "monitor",
    "promote",
    "track",
    "automations",
    "verify",
    "doctor",
    "ui",
    "serve",
)
HEAVY = {"prefect", "tensorflow", "keras", "great_expectations", "Augmentor", "matplotlib", "pandas", "numpy"}


def _one_class(folder: Path) -> Path:
    for number in range(30):
        path = folder / "nevus" / f"ISIC_{number:07d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (64, 64), (number, 2 * number, 90)).save(path)
    return folder


@pytest.fixture
def command(make_reporting, tmp_path):
    """The command line with a fresh home, whose runs report to a server that is there."""
    return make_reporting(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["run", "--data", "nowhere"], 2, ["nowhere", "no such folder"]),
        (["run", "--data", "empty"], 1, ["empty", "holds no image"]),
        (["run", "--data", "set", "--set", "train.epoch=3"], 2, ["train.epoch", "did you mean epochs?"]),
        (["run", "--data", "set", "--set", "trian.epochs=3"], 2, ["trian", "did you mean train?"]),
        (["run", "--data", "set", "--set", "train.epochs=abc"], 2, ["train.epochs", "valid integer", "'abc'"]),
        (["run", "--data", "set", "--set", "train.epochs"], 2, ["train.epochs", "expected section.key=value"]),
        (["run", "--data", "set", "--set", "train.network=resnet"], 2, ["resnet", "cnn_dropout"]),
        (["run", "--data", "set", "--config", "mine"], 2, ["mine", "no such file", "seed"]),
        (["run", "--daat", "set"], 2, ["--daat"]),
        (["run"], 2, ["--data"]),
        (["fly"], 2, ["fly"]),
        (["verify", "2026"], 2, ["run 2026", "0 runs match", "melanoma status"]),
        (["run", "--data", "set", "--set", "split.folds=1"], 2, ["split.folds", "one fold leaves nothing"]),
    ],
)
def test_a_wrong_command_ends_with_one_line_and_its_exit_code(command, arguments, code, words):
    (command.user / "empty").mkdir()
    _one_class(command.user / "set")
    answer = command(*arguments)
    assert answer.code == code
    assert len(answer.err.splitlines()) == 1
    assert answer.err.startswith("melanoma: ")
    assert all(word in answer.err for word in words), answer.err
    assert "Traceback" not in answer.err + answer.out


def test_a_folder_with_one_class_is_refused_with_exit_code_3(command):
    data = _one_class(command.user / "set")
    answer = command("run", "--data", data)
    refusal = answer.err.splitlines()[-1]
    assert answer.code == 3
    assert "unique_value_count" in refusal
    assert str(data) in refusal
    assert "Traceback" not in answer.err
    page = Path(refusal.rpartition("see ")[2])
    assert page.name == "audit.html"
    assert "The data is refused" in page.read_text()


def test_a_refused_set_leaves_its_page_and_the_lists_of_its_findings(command, drawn_set):
    answer = command("run", "--data", drawn_set, *command.quick("validation.label_conflict=fail"))
    (folder,) = (command.home / "runs").glob("*-*")
    found = {finding["check"] for finding in json.loads((folder / "audit.json").read_text())["findings"]}
    assert answer.code == 3
    assert "label_conflict is not let through" in answer.err.splitlines()[-1]
    assert str(folder / "audit.html") in answer.err.splitlines()[-1]
    assert {path.stem for path in (folder / "findings").glob("*.csv")} == found
    assert "label_conflict" in found


def test_a_reference_that_is_not_there_and_a_wrong_expectation_are_one_line(command):
    data = _one_class(command.user / "set")
    (command.user / "mine.yaml").write_text("- type: expect_nothing\n")
    missing = command("run", "--data", data, "--set", "validation.reference_labels=nowhere.csv")
    wrong = command("run", "--data", data, "--set", "validation.expectations=mine.yaml")
    assert (missing.code, wrong.code) == (2, 2)
    assert "validation.reference_labels: nowhere.csv: cannot be read" in missing.err.splitlines()[-1]
    assert "mine.yaml: entry 1 (expect_nothing): no such expectation" in wrong.err.splitlines()[-1]


def test_a_broken_yaml_file_is_named_with_its_line(command):
    file = command.user / "mine.yaml"
    file.write_text("train:\n  epochs: [1\n")
    _one_class(command.user / "set")
    answer = command("run", "--data", "set", "--config", file)
    assert answer.code == 2
    assert "mine.yaml: not valid YAML in line 3" in answer.err


def test_the_environment_sets_values_and_the_option_overrules_it(command):
    _one_class(command.user / "set")
    other = command.with_environment(MELANOMA_TRAIN__EPOCHS="many")
    refused = other("plan", "--data", "set")
    overruled = other("plan", "--data", "set", "--set", "train.epochs=1")
    assert (refused.code, overruled.code) == (2, 0)
    assert refused.err.startswith("melanoma: MELANOMA_TRAIN__EPOCHS: train.epochs: input should be a valid integer")


def test_a_misspelt_key_is_one_line_that_names_the_option_the_file_or_the_variable(command):
    _one_class(command.user / "set")
    file = command.user / "mine.yaml"
    file.write_text("train: {epohcs: 3}\n")
    other = command.with_environment(MELANOMA_TRIAN__EPOCHS="3")
    said = "no such configuration key; did you mean"
    for answer, line in (
        (command("run", "--data", "set", "--set", "train.epohcs=3"), f"--set train.epohcs: {said} epochs?"),
        (command("run", "--data", "set", "--config", file), f"{file}: train.epohcs: {said} epochs?"),
        (other("run", "--data", "set"), f"MELANOMA_TRIAN__EPOCHS: trian: {said} train?"),
    ):
        assert (answer.code, answer.err) == (2, f"melanoma: {line}\n")


def test_help_names_every_command_and_imports_no_heavy_library(command):
    answer = command("--help")
    assert answer.code == 0
    for name in COMMANDS:
        assert f"  {name} " in answer.out
    loaded = command.start(code="import sys, flows.command_line; print(*sys.modules)").communicate()[0].split()
    assert HEAVY.isdisjoint(loaded)


def test_status_without_runs_says_how_to_start_one(command):
    answer = command("status")
    assert answer.code == 0
    assert "melanoma run --data" in answer.out


def test_ingest_says_which_layout_it_recognised_and_what_is_in_the_set(command, drawn_set):
    answer = command("ingest", drawn_set, "--set", "ingest.size_px=48")
    assert answer.code == 0, answer.err
    assert answer.out.splitlines()[1].startswith("layout: class folders: 9 class folders")
    assert "truncated" in answer.out.lower()
    as_json = json.loads(command("ingest", drawn_set, "--set", "ingest.size_px=48", "--json").out)
    assert as_json["layout"] == "class folders"
    assert not (command.home / "runs/latest").exists()


def test_ingest_without_data_says_what_to_give(command):
    answer = command("ingest")
    assert answer.code == 2
    assert answer.err == "melanoma: ingest: no data; give a folder or an archive of images, or --isic QUERY\n"


def test_validate_says_what_is_wrong_and_ends_with_exit_code_3_where_the_data_is_refused(command, drawn_set):
    answer = command("validate", drawn_set, "--set", "ingest.size_px=48")
    assert answer.code == 0, answer.err
    assert "label_conflict" in answer.out
    refused = command("validate", drawn_set, "--set", "ingest.size_px=48", "--set", "validation.label_conflict=fail")
    assert refused.code == 3
    assert "label_conflict is not let through" in refused.err


def test_images_of_the_archive_are_downloaded_and_read_in_one_command(command, archive):
    answer = command("ingest", "--isic", "", "--archive-url", archive.url, "--set", "ingest.size_px=48")
    assert answer.code == 0, answer.err
    assert "7 of 7 images are there with the right size: 7 fetched, 0 kept" in answer.out
    assert "images: 7" in answer.out
