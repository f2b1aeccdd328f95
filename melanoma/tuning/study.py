"""The study: what Optuna keeps of all trials, in a journal file or a database, so that a search can go on.

Optuna proposes values (TPE: Bergstra et al. 2011, Algorithms for Hyper-Parameter Optimization) and stops trials that
fall behind (the median rule of Golovin et al. 2017, Google Vizier, section 3.2). It is imported here and beside here
only.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any, cast

from melanoma.artifacts.record import Recipe
from melanoma.config.tune import Choice, Dimension, TuneConfig
from melanoma.errors import UsageError
from melanoma.fingerprint import digest_value
from melanoma.reporting.search_record import COMPLETE, PRUNED
from melanoma.seeding import derive_seed
from melanoma.tuning.space import Space

if TYPE_CHECKING:
    from optuna import Study
    from optuna.storages import BaseStorage
    from optuna.trial import FrozenTrial, Trial

ROOM = "studies"
PROBLEM, MAKER, FOLDS, RETRY = "problem", "maker", "folds", "retry_of"
_PRIVATE = 0o700
_NEVER_STOPPED = 1  # steps: what a network says after one epoch, or a head on one fold, is mostly noise


@dataclass(frozen=True)
class StudyPlace:
    """Where a study is.

    Attributes:
        name: Its name: the same search has the same, so that it goes on.
        home: The home that holds its journal file.
        settings: Storage and pruner.
    """

    name: str
    home: Path
    settings: TuneConfig

    @property
    def journal(self) -> Path:
        """Its file, where it is in no database."""
        return self.home / ROOM / f"{self.name}.journal"


@dataclass(frozen=True)
class Asked:
    """A trial that has begun.

    Attributes:
        trial: The study's own record of it.
        values: What it tries, by key.
    """

    trial: "Trial"
    values: Mapping[str, Choice]

    @property
    def number(self) -> int:
        """Its number in the study, counted from 0."""
        return self.trial.number

    @property
    def trial_id(self) -> int:
        """By which the storage knows it, in any process."""
        return self.trial._trial_id


def require_optuna() -> None:
    """Refuse to search without Optuna.

    Raises:
        UsageError: If it is not installed.
    """
    if find_spec("optuna") is None:
        raise UsageError("tune: Optuna is not installed; install melanoma[tune]")


def name_study(recipe: Recipe, space: Space, settings: TuneConfig) -> str:
    """Return the name of a search, which is the same where all is the same that decides what its trials come to.

    Trials may be added, and workers; another code, data, space or configuration is another study.

    Args:
        recipe: That of a trial of the configuration as it is.
        space: What is searched.
        settings: The pruner.
    """
    dimensions = {key: dimension.model_dump(mode="json") for key, dimension in space.items()}
    return f"tune-{digest_value([recipe.key, dimensions, settings.pruner, settings.prune_from])[:16]}"


def open_study(place: StudyPlace) -> "Study":
    """Open a study, or begin it.

    Raises:
        UsageError: If Optuna is missing or the database cannot be reached.
    """
    require_optuna()
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna.create_study(
        storage=_open_storage(place),
        study_name=place.name,
        direction="maximize",
        load_if_exists=True,
        pruner=_pruner(place.settings),
        sampler=optuna.samplers.RandomSampler(),  # proposes nothing; see `ask_trial`
    )


def count_finished(study: "Study") -> int:
    """Return how many trials have come to an end of their own: measured, pruned, or failed with a reason."""
    return sum(is_finished(trial) for trial in study.get_trials(deepcopy=False))


def is_finished(trial: "FrozenTrial") -> bool:
    """Tell whether a trial counts; one whose process died is made up for by another."""
    return trial.state.is_finished() and (trial.state.name != "FAIL" or PROBLEM in trial.user_attrs)


def ask_trial(study: "Study", space: Space, seed: int, maker: Mapping[str, Any]) -> Asked:
    """Begin a trial. Its values follow from the seed, its number and the trials before it.

    Args:
        study: The study.
        space: What is searched.
        seed: The run's seed.
        maker: Who carries it out: host and process, to tell later whether it still does.

    Returns:
        The trial and its values.
    """
    from optuna.samplers import TPESampler

    trial = study.ask()
    # A sampler begun anew for each trial, because one that is begun with the command would repeat itself on resume.
    study.sampler = TPESampler(seed=derive_seed(seed, "trial", trial.number) % 2**32, multivariate=False)
    trial.set_user_attr(MAKER, dict(maker))
    return Asked(trial, {key: _suggest(trial, key, dimension) for key, dimension in space.items()})


def end_trial(study: "Study", asked: Asked, state: str, folds: Sequence[float] = (), problem: str = "") -> None:
    """Tell the study how a trial ended.

    Args:
        study: The study.
        asked: The trial.
        state: ``complete``, ``pruned`` or ``failed``.
        folds: The value of each fold, of a complete one; the trial's is their mean.
        problem: Why it failed.
    """
    from optuna.trial import TrialState

    if problem:
        asked.trial.set_user_attr(PROBLEM, problem)
    if state == COMPLETE:
        asked.trial.set_user_attr(FOLDS, list(folds))
        study.tell(asked.number, fmean(folds))
    else:
        study.tell(asked.number, state=TrialState.PRUNED if state == PRUNED else TrialState.FAIL)


def retry_orphans(study: "Study", is_gone: Callable[[Mapping[str, Any]], bool]) -> list[int]:
    """Mark the trials whose process is gone as failed, and put their values in line to be tried again.

    Args:
        study: The study.
        is_gone: Tells whether who carried out a trial no longer runs.

    Returns:
        The numbers of the trials.
    """
    from optuna.trial import TrialState

    running = study.get_trials(states=(TrialState.RUNNING,))
    orphans = [trial for trial in running if is_gone(trial.user_attrs.get(MAKER, {}))]
    for trial in orphans:
        study.tell(trial.number, state=TrialState.FAIL)
        if trial.params:
            study.enqueue_trial(trial.params, user_attrs={RETRY: trial.number})
    return [trial.number for trial in orphans]


def _suggest(trial: "Trial", key: str, dimension: Dimension) -> Choice:
    if dimension.choices is not None:
        return cast("Choice", trial.suggest_categorical(key, dimension.choices))
    low, high, log, step = dimension.low or 0, dimension.high or 0, dimension.log, dimension.step
    if dimension.is_whole:
        return trial.suggest_int(key, int(low), int(high), log=log, step=int(step or 1))
    return trial.suggest_float(key, float(low), float(high), log=log, step=step)


def _pruner(settings: TuneConfig) -> Any:  # noqa: ANN401  # a type of Optuna's, which may be absent
    from optuna.pruners import MedianPruner, NopPruner

    if settings.pruner == "none":
        return NopPruner()
    return MedianPruner(n_startup_trials=settings.prune_from, n_warmup_steps=_NEVER_STOPPED)


def _open_storage(place: StudyPlace) -> "BaseStorage":
    from optuna.storages import JournalStorage, RDBStorage
    from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
    from sqlalchemy.pool import NullPool

    if place.settings.storage is None:
        place.journal.parent.mkdir(parents=True, exist_ok=True, mode=_PRIVATE)
        # A lock that is broken after some seconds: that of a killed process would be waited for without end.
        return JournalStorage(JournalFileBackend(str(place.journal), JournalFileOpenLock(str(place.journal))))
    try:
        # No connection is kept over a trial: it may last for hours, and a firewall cuts what is idle.
        return RDBStorage(_with_driver(place.settings.storage), engine_kwargs={"poolclass": NullPool})
    except ImportError as problem:
        raise UsageError(
            f"tune.storage: {place.settings.storage} needs a driver that is not installed; install melanoma[postgres]"
        ) from problem
    except Exception as problem:  # whatever the database's own driver raises
        reason = (str(problem).splitlines() or [type(problem).__name__])[0]
        raise UsageError(
            f"tune.storage: {place.settings.storage} cannot be opened ({reason}); mend the URL"
        ) from problem


def _with_driver(url: str) -> str:
    """Name the driver that the extra brings, where none is named: SQLAlchemy's own choice is another one."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1)
