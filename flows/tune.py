"""The search for hyper-parameters: the pipeline up to balancing, then trial after trial over grouped folds."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from prefect import State, flow
from prefect.futures import as_completed
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows.first_stages import divide
from flows.pipeline import DEFAULTS
from flows.run_name import name_of_training
from melanoma.artifacts.record import Artifact
from melanoma.config.pipeline import PipelineConfig
from melanoma.errors import ConfigError, ModelError
from melanoma.runs import read_run
from melanoma.tuning.space import configure_trial, settle_space
from tasks.balance import balance
from tasks.run import Run, recorded_run
from tasks.tune import Search, carry_out_trial, open_search, show_search

if TYPE_CHECKING:
    from prefect.futures import PrefectFuture

ENDS_OF_TRIALS = (ModelError, ConfigError)  # told to the study and to the user; a search goes on without that trial
_PARTS_AT_ONCE = 2  # beside the trials, as in the pipeline


def tune_images(data: Path | list[Path], config: PipelineConfig = DEFAULTS, home: Path | None = None) -> dict[str, Any]:
    """Run the search with as many threads as its trials and the shards beside them need; see `tune`."""
    runner = ThreadPoolTaskRunner[Any](max_workers=config.tune.workers + _PARTS_AT_ONCE)
    with_threads = tune.with_options(task_runner=cast("TaskRunner[PrefectFuture[Any]]", runner))
    return with_threads(data, config, home)


@flow(name="tune", flow_run_name=name_of_training)
def tune(data: Path | list[Path], config: PipelineConfig = DEFAULTS, home: Path | None = None) -> dict[str, Any]:
    """Search for the hyper-parameters with the best mean balanced accuracy over grouped folds; test rows take no part.

    Args:
        data: The folder or archive that holds the images; of several, all are joined into one set.
        config: What to do, stage by stage; its section `tune` says what is searched and how.
        home: Where artifacts and runs are kept; by default MELANOMA_HOME, else `.melanoma` in the working folder.

    Returns:
        The run's record, `run.json`.
    """
    settle_space(config)
    with recorded_run(data, config, home) as run:
        preparation = _Preparation(run)
        with open_search(run, preparation.inputs_of(config)) as search:
            _carry_out_trials(search, preparation)
            show_search(search)
    return read_run(run.folder)


class _Preparation:
    """The pipeline up to balancing, each stage once for the configurations that it is the same for."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._divided: dict[str, tuple[Artifact, Artifact]] = {}
        self._balanced: dict[str, Artifact] = {}

    def inputs_of(self, config: PipelineConfig) -> dict[str, Artifact]:
        """Return the artifacts of ingest and balance for a configuration."""
        run = Run(self._run.folder, self._run.sources, config, cluster=self._run.cluster)
        pixels = config.ingest.model_dump_json()
        if pixels not in self._divided:
            ingested, divided = divide(run)
            self._divided[pixels] = _artifact_of(ingested), _artifact_of(divided)
        copies = pixels + config.balance.model_dump_json()
        if copies not in self._balanced:
            self._balanced[copies] = _artifact_of(balance(run, *self._divided[pixels]))
        return {"ingest": self._divided[pixels][0], "balance": self._balanced[copies]}


def _artifact_of(made: Artifact | State[Artifact]) -> Artifact:
    """Return what a task made; of a reused artifact a task hands on the state `Cached`, which other tasks look into."""
    return made.result() if isinstance(made, State) else made


def _carry_out_trials(search: Search, preparation: _Preparation) -> None:
    """Keep as many trials running as there are workers, until the study has as many as it was asked for."""
    running: list[PrefectFuture[Any]] = []
    while True:
        while search.wants(len(running)):
            running += _begin(search, preparation)
        if not running:
            return
        ended = next(as_completed(running))
        running.remove(ended)
        with suppress(*ENDS_OF_TRIALS):
            ended.result()


def _begin(search: Search, preparation: _Preparation) -> "list[PrefectFuture[Any]]":
    """Begin a trial beside others; one whose values do not go together ends at once, and so does the only one."""
    asked = search.ask()
    try:
        config = configure_trial(search.run.config, asked.values)
    except ConfigError as problem:
        search.refuse(asked, problem)
        return []
    inputs = preparation.inputs_of(config)
    if search.processes:
        return [carry_out_trial.submit(search, asked, config, inputs)]
    with suppress(*ENDS_OF_TRIALS):  # in this thread, where Ctrl-C reaches it
        carry_out_trial(search, asked, config, inputs)
    return []
