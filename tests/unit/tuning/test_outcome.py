"""What a search leaves can be run, read as a table, and opened offline."""

import csv

import pytest
import yaml

from melanoma.config.loading import load_config
from melanoma.config.pipeline import PipelineConfig
from melanoma.reporting.search_record import COMPLETE, FAILED
from melanoma.tuning.outcome import write_outcome
from melanoma.tuning.space import configure_best
from melanoma.tuning.study import ask_trial, end_trial

FOLDS = ([0.5, 0.7], [0.8, 0.9], [0.1, 0.2])


@pytest.fixture
def outcome(open_place, space, tmp_path):
    """Three measured trials, the second the best, and a failed one."""
    study = open_place()
    config = PipelineConfig.model_validate({"train": {"network": "cnn", "members": 2}, "data": {"metadata": ["a.csv"]}})
    for folds in FOLDS:
        end_trial(study, ask_trial(study, space, 5, {}), COMPLETE, folds)
    end_trial(study, ask_trial(study, space, 5, {}), FAILED, problem="=1+1 <b>not finite</b>")
    found = write_outcome(tmp_path, study, config, space, "a set <script>")
    return config, study, found


def test_best_yaml_is_the_best_trials_configuration_again(outcome, tmp_path):
    config, study, found = outcome
    text = (tmp_path / "best.yaml").read_text()
    best = study.trials[1].params
    assert load_config(tmp_path / "best.yaml") == configure_best(config, best)
    assert load_config(tmp_path / "best.yaml").train.learning_rate == best["train.learning_rate"]
    assert "tune" not in yaml.safe_load(text)
    comment = "".join(line for line in text.splitlines() if line.startswith("#"))
    for word in ("trial 1", "best of 3 measured", "0.850", "0.800, 0.900", "optimistic", "no test row"):
        assert word in comment
    assert found["best"] == {
        "trial": 1,
        "balanced_accuracy": pytest.approx(0.85),  # (0.8 + 0.9) / 2
        "folds": [0.8, 0.9],
        "values": best,
    }
    assert found["trials"] == {"complete": 3, "pruned": 0, "failed": 1}


def test_the_table_has_every_trial(outcome, tmp_path):
    with (tmp_path / "trials.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["state"] for row in rows] == ["complete"] * 3 + ["failed"]
    assert [(row["fold_0"], row["fold_1"]) for row in rows[:3]] == [(str(a), str(b)) for a, b in FOLDS]
    assert float(rows[1]["train.learning_rate"]) == outcome[1].trials[1].params["train.learning_rate"]
    assert rows[3]["balanced_accuracy"] == ""


def test_the_page_tells_the_spread_and_that_the_best_is_optimistic(outcome, tmp_path):
    page = (tmp_path / "tune.html").read_text()
    for word in ("0.850", "folds from 0.800 to 0.900", "standard deviation 0.071", "This figure is optimistic"):
        assert word in page  # the deviation of 0.8 and 0.9 is 0.1 / sqrt(2)
    assert "a set &lt;script&gt;" in page
    assert "&lt;b&gt;not finite" in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert page.count("data:image/png;base64,") == 2  # three trials are too few to tell what matters
    assert "Too few trials were measured" in page
