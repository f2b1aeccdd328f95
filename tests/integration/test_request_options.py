"""Options that stand for values of the configuration reach it, and say nothing where they are not given."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.command_line import app
from flows.request import TrainingRequest


@pytest.mark.parametrize(
    ("given", "settings", "expected"),
    [
        (None, (), True),
        (None, ("train.deterministic=false",), False),
        (True, ("train.deterministic=false",), True),
        (False, (), False),
    ],
)
def test_deterministic_is_what_the_option_says_else_what_the_configuration_says(given, settings, expected):
    request = TrainingRequest(data=[Path("images")], settings=list(settings), deterministic=given)
    assert request.load_config().train.deterministic is expected


def test_only_commands_that_train_take_it():
    shown = {
        name: CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "120"}).output
        for name in ("run", "tune", "plan", "validate")
    }
    assert {name for name, text in shown.items() if "--deterministic" in text} == {"run", "tune", "plan"}
