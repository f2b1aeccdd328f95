"""The command line refuses what cannot work with one clear line and the right exit code, at once."""

from pathlib import Path

import pytest
from PIL import Image


def _one_class(folder: Path) -> Path:
    for number in range(30):
        path = folder / "nevus" / f"ISIC_{number:07d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (64, 64), (number, 2 * number, 90)).save(path)
    return folder


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
    assert "train.epochs" in refused.err


def test_help_names_every_command_and_imports_no_heavy_library(command):
    answer = command("--help")
    assert answer.code == 0
    for name in ("run", "demo", "plan", "status", "verify", "ui", "serve"):
        assert f"  {name} " in answer.out


def test_status_without_runs_says_how_to_start_one(command):
    answer = command("status")
    assert answer.code == 0
    assert "melanoma run --data" in answer.out
