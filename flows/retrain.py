"""Retrain: look at the source, train a challenger, judge it against the champion, and put the better one in place."""

from pathlib import Path
from typing import Any

from prefect import flow

from flows.deployed_run import watch_deployed
from flows.external import score_external
from flows.pipeline import DEFAULTS, SHARD_RUNNER, carry_out_all
from flows.run_name import name_of_training
from melanoma.config.pipeline import PipelineConfig
from melanoma.runs import read_run
from melanoma.stages.challenge import find_retraining, require_clean
from melanoma.stages.external_match import require_external
from melanoma.training.method import settle_method
from tasks.home import choose_home
from tasks.retrain import judge, look_at_source, register
from tasks.run import recorded_run
from tasks.tracking_place import require_wanted


@flow(name="retrain", flow_run_name=name_of_training, task_runner=SHARD_RUNNER, on_running=[watch_deployed])
def retrain(data: Path | list[Path], config: PipelineConfig = DEFAULTS, home: Path | None = None) -> dict[str, Any]:
    """Run the pipeline on a source that has changed, and promote its model if no gate refuses it.

    Args:
        data: The folder or archive that holds the images; of several, all are joined into one set.
        config: What to do, stage by stage, and the gates.
        home: Where artifacts, runs and promotions are kept; by default MELANOMA_HOME, else `.melanoma` in the working
            folder.

    Returns:
        The run's record, `run.json`.
    """
    require_wanted(config.tracking)
    settle_method(config.train)
    require_clean(config.split)
    require_external(config.gates.external)
    with recorded_run(data, config, home, find_retraining(choose_home(home))) as run:
        if look_at_source(run):
            made = carry_out_all(run)
            judged = judge(run.judged_on(score_external(run, config)), *made)
            register(run, judged)
    return read_run(run.folder)
