"""A person's decision is told to MLflow, and stands where MLflow is away."""

import pytest

from melanoma.config.pipeline import PipelineConfig
from melanoma.config.tracking import TrackingConfig
from tests.tracked_home import make_run

RUN = "20260101-000000-aaaaaaaa"
TRACKED = PipelineConfig(tracking=TrackingConfig(mlflow=True)).model_dump(mode="json")


@pytest.fixture(scope="module")
def promoted(make_reporting, tmp_path_factory):
    """What promoting a tracked run said while its tracker was away, and where that was."""
    command = make_reporting(tmp_path_factory.mktemp("promoted"))
    make_run(command.home, RUN, config=TRACKED)
    away = command.with_environment(MLFLOW_TRACKING_URI="http://127.0.0.1:9", MLFLOW_HTTP_REQUEST_MAX_RETRIES="0")
    return command, away("promote", RUN)


def test_a_promotion_stands_where_the_tracker_is_away_and_one_line_says_what_to_do_later(promoted):
    command, answer = promoted
    assert answer.code == 0
    assert answer.out.startswith(f"champion: {RUN} (promote, line 1 of")
    assert len(answer.err.splitlines()) == 1
    assert answer.err.startswith(
        "melanoma: promoted, and not told to others: MLflow http://127.0.0.1:9 does not answer"
    )
    assert answer.err.endswith(f"later: melanoma track {RUN}\n")
    assert not (command.home / "mlflow").exists()


def test_the_command_that_it_names_makes_up_for_it(promoted):
    command, _ = promoted
    answer = command("track", RUN)
    assert answer.code == 0, answer.err
    assert answer.out.splitlines()[0].startswith(f"{RUN}: logged as run ")
    assert answer.out.splitlines()[1:] == ["model melanoma: champion is version 1"]
    assert answer.err == ""


def test_a_run_that_is_not_there_or_made_no_model_ends_in_one_line(promoted, tmp_path):
    command = promoted[0].with_home(tmp_path)
    make_run(tmp_path, RUN, stages={})
    for arguments, code, words in (((), 2, "run latest: 0 runs match"), ((RUN,), 1, "made no model")):
        answer = command("track", *arguments)
        assert (answer.code, len(answer.err.splitlines())) == (code, 1)
        assert words in answer.err
