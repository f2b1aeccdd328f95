"""What a study has come to, as plain values."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from melanoma.errors import MelanomaError
from melanoma.reporting.search_record import COMPLETE, FAILED, PRUNED, TrialRow
from melanoma.tuning.study import FOLDS, PROBLEM, is_finished

if TYPE_CHECKING:
    from optuna import Study
    from optuna.trial import FrozenTrial

_STATES = {"COMPLETE": COMPLETE, "PRUNED": PRUNED, "FAIL": FAILED}
_FEWEST = 4


def read_trials(study: "Study") -> tuple[TrialRow, ...]:
    """Return the trials that have come to an end of their own, in order."""
    return tuple(_row(trial) for trial in study.get_trials(deepcopy=False) if is_finished(trial))


def require_best(trials: tuple[TrialRow, ...]) -> None:
    """Refuse a study in which nothing was measured.

    Raises:
        MelanomaError: If no trial is complete; it tells why the last one failed.
    """
    if any(trial.state == COMPLETE for trial in trials):
        return
    problems = [trial.problem for trial in trials if trial.problem]
    because = f": {problems[-1]}" if problems else ""
    raise MelanomaError(f"tune: none of {len(trials)} trials could be measured{because}; change tune.space")


def measure_importance(study: "Study", seed: int) -> Mapping[str, float]:
    """Return the share of the variance between complete trials that each key explains.

    Functional ANOVA over a random forest (Hutter, Hoos and Leyton-Brown 2014, An Efficient Approach for Assessing
    Hyperparameter Importance), by Optuna and scikit-learn.

    Args:
        study: The study.
        seed: Decides the forest.

    Returns:
        Shares that sum to 1, by key; empty where fewer than four trials are complete or all have the same value.
    """
    import optuna

    complete = study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,))
    if len(complete) < _FEWEST or len({trial.value for trial in complete}) == 1:
        return {}
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=seed % 2**32)
    found = optuna.importance.get_param_importances(study, evaluator=evaluator)
    return {key: float(share) for key, share in found.items()}


def _row(trial: "FrozenTrial") -> TrialRow:
    attributes: dict[str, Any] = trial.user_attrs
    reached = trial.intermediate_values
    value = trial.value if trial.state.name == "COMPLETE" else reached[max(reached)] if reached else None
    return TrialRow(
        trial.number,
        _STATES[trial.state.name],
        dict(trial.params),
        value,
        tuple(attributes.get(FOLDS, ())),
        attributes.get(PROBLEM, ""),
        trial.duration.total_seconds() if trial.duration else 0.0,
    )
