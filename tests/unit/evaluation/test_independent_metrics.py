"""The script that recomputes a run's values agrees with evaluate, and can tell a value that is wrong."""

import json
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from melanoma.evaluation.part import all_parts
from tests.independent_metrics import main, recompute
from tests.independent_split import fit_intercept, fit_slope
from tests.unit.evaluation.written_run import write_run

SCRIPT = Path(__file__).parents[2] / "independent_metrics.py"
PARTS = ["metrics", *(part.name for part in all_parts())]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    write_run(folder)
    return folder


def values_of(tree, path=()):
    """Yield path and place of every figure."""
    if isinstance(tree, dict):
        if "value" in tree:
            yield ".".join(path), tree
        for name, item in tree.items():
            yield from values_of(item, (*path, name))


def test_every_value_of_every_part_has_a_definition_that_agrees(folder):
    metrics = json.loads((folder / "metrics.json").read_text())
    found = recompute(folder)
    assert found.wrong == {}
    assert found.unknown == set()
    told = {path for path, _ in values_of(metrics)} - {"agreement.two_sample.auroc"}
    assert told <= set(found.pairs)
    for part in PARTS:
        assert any(path.startswith(f"splits.test.{part}.") for path in told), part
    assert {"frozen.temperature.temperature", "frozen.conformal.least_probability.melanoma"} <= set(found.pairs)


def test_copies_are_known_by_their_parents(tmp_path):
    write_run(tmp_path, copies=300)
    found = recompute(tmp_path)
    assert (found.wrong, found.unknown) == ({}, set())
    assert found.pairs["splits.test.relatives.n_with"][0] > 30


def forge(folder, tmp_path, change):
    """Write a folder whose `metrics.json` is changed, and return it."""
    metrics = json.loads((folder / "metrics.json").read_text())
    change(metrics)
    for name in ("predictions.parquet", "examples.parquet", "manifest.parquet", "run.json"):
        (tmp_path / name).symlink_to(folder / name)
    (tmp_path / "metrics.json").write_text(json.dumps(metrics))
    return tmp_path


def test_a_value_that_is_wrong_is_told_in_every_part(folder, tmp_path):
    forged = []

    def change(metrics):
        for part in PARTS:
            path, figure = next(values_of(metrics["splits"]["test"][part]))
            figure["value"] += 1e-8
            forged.append(f"splits.test.{part}.{path}")
        metrics["frozen"]["operating_point"]["threshold"] += 1e-8

    found = recompute(forge(folder, tmp_path, change))
    assert set(found.wrong) == {*forged, "frozen.operating_point.threshold"}


def test_the_command_says_in_one_line_how_many_values_agree(folder, monkeypatch, capsys):
    monkeypatch.syspath_prepend(SCRIPT.parent)  # as the interpreter does for a command
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), str(folder)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(SCRIPT), run_name="__main__")
    answer, count = capsys.readouterr().out, len(recompute(folder).pairs)
    assert ended.value.code == 0
    assert answer.startswith(f"{count} of {count} values agree within 1e-09; the largest difference is ")
    assert answer.count("\n") == 1


def test_the_command_fails_for_a_value_that_is_wrong_or_has_no_definition(folder, tmp_path, capsys):
    def change(metrics):
        metrics["splits"]["test"]["n"] += 1
        metrics["splits"]["test"]["metrics"]["invented"] = {"value": 0.5}

    assert main(forge(folder, tmp_path, change)) == 1
    answer = capsys.readouterr().out
    assert "the largest difference is 1, of splits.test.n; " in answer
    assert answer.endswith("no definition of splits.test.metrics.invented\n")


@pytest.mark.parametrize("seed", range(3))
def test_slope_and_intercept_are_those_of_scikit_learn_where_it_can_fit_them(seed):
    random = np.random.default_rng(seed)
    logits = random.normal(-1, 2, 300)
    events = random.random(300) < 1 / (1 + np.exp(-0.5 - 0.7 * logits))
    model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-12).fit(logits[:, None], events)
    assert fit_slope(logits, events) == pytest.approx(model.coef_[0, 0], abs=1e-9)
    at = fit_intercept(logits, events)
    assert (1 / (1 + np.exp(-at - logits))).sum() == pytest.approx(events.sum(), abs=1e-9)
