"""What a search leaves: the best configuration, a table of all trials, and a page."""

import csv
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from melanoma.config.pipeline import PipelineConfig
from melanoma.reporting.search_record import COMPLETE, FAILED, PRUNED, SearchRecord, TrialRow
from melanoma.reporting.tune_page import render_tune_page
from melanoma.stages.files import BEST, TRIALS, TUNE_PAGE
from melanoma.training.method import settle_method
from melanoma.tuning.record import measure_importance, read_trials, require_best
from melanoma.tuning.space import Space, configure_best

if TYPE_CHECKING:
    from optuna import Study


def write_outcome(folder: Path, study: "Study", config: PipelineConfig, space: Space, data: str) -> dict[str, Any]:
    """Write ``best.yaml``, ``trials.csv`` and ``tune.html``.

    Args:
        folder: Where they go.
        study: The study.
        config: The configuration of the search.
        space: What was searched.
        data: Which images, for people.

    Returns:
        What came out, as JSON values.

    Raises:
        MelanomaError: If no trial was measured.
    """
    trials = read_trials(study)
    _write_table(folder / TRIALS, trials, space)
    require_best(trials)
    train = settle_method(config.train)
    record = SearchRecord(
        version("melanoma"),
        data,
        f"{train.network} · {train.method}",
        study.study_name,
        space,
        trials,
        measure_importance(study, config.seed),
        "",
    )
    text = write_config(config, record)
    (folder / BEST).write_text(text, encoding="utf-8")
    shown = SearchRecord(**{**vars(record), "config": text})
    (folder / TUNE_PAGE).write_text(render_tune_page(shown), encoding="utf-8")
    return _describe(record)


def write_config(config: PipelineConfig, record: SearchRecord) -> str:
    """Return the best trial's configuration as YAML that `melanoma run` takes, with comments on what it was chosen by.

    Args:
        config: The configuration of the search.
        record: The study.
    """
    best, measured = record.best, len(record.of(COMPLETE))
    folds = ", ".join(f"{value:.3f}" for value in best.folds)
    lines = [
        f"Chosen by `melanoma tune` (study {record.study}): trial {best.number}, the best of {measured} measured.",
        f"Mean balanced accuracy {best.value:.3f} over folds of training and validation rows: {folds}.",
        "As the best of several this figure is optimistic, and no test row was read for it; the test figure comes from",
        "`melanoma run --data DIR --config best.yaml`.",
        *(f"Searched: {key} = {value}" for key, value in best.values.items()),
    ]
    values = configure_best(config, best.values).model_dump(mode="json", exclude={"tune"})
    text = yaml.safe_dump(values, sort_keys=False, allow_unicode=True)
    return "".join(f"# {line}\n" for line in lines) + text


def _write_table(path: Path, trials: tuple[TrialRow, ...], space: Space) -> None:
    columns = max((len(trial.folds) for trial in trials), default=0)
    with path.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        head = ["trial", "state", "balanced_accuracy", *(f"fold_{n}" for n in range(columns)), "seconds"]
        table.writerow([*head, *space, "problem"])
        for trial in trials:
            folds = [*trial.folds, *[""] * (columns - len(trial.folds))]
            value = "" if trial.value is None else trial.value
            tried = [trial.values.get(key, "") for key in space]
            table.writerow([trial.number, trial.state, value, *folds, round(trial.seconds, 3), *tried, trial.problem])


def _describe(record: SearchRecord) -> dict[str, Any]:
    best = record.best
    values: Mapping[str, Any] = best.values
    return {
        "study": record.study,
        "trials": {state: len(record.of(state)) for state in (COMPLETE, PRUNED, FAILED)},
        "best": {
            "trial": best.number,
            "balanced_accuracy": best.value,
            "folds": list(best.folds),
            "values": dict(values),
        },
        "importance": dict(record.importance),
    }
