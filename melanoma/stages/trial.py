"""Stage: measure one set of hyper-parameters by cross-validation. Test and calibration rows take no part.

Fold k is judged by the originals of fold k, on a network that has learned from the other folds: their originals, and
those copies whose parent is in them. Training and validation rows alone are dealt in: calibration rows have a fold too,
but what is fitted on them is to meet a model that was chosen without them.
"""

import shutil
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from melanoma.config.train import TrainConfig
from melanoma.data.examples import ORIGINAL, ExampleSet
from melanoma.data.roles import TRAIN, VALIDATION
from melanoma.errors import ModelError
from melanoma.models.forward import fast_forward
from melanoma.stages.features import FeatureSet, collect_features, label_features
from melanoma.stages.files import SOURCE, TRIAL
from melanoma.stages.job import Built, Job, write_json
from melanoma.stages.pixels import open_examples
from melanoma.stages.trial_plan import Pruned, TrialPlan
from melanoma.training.devices import require_devices
from melanoma.training.epoch import Figures
from melanoma.training.fit import TrainingRequest, train_network
from melanoma.training.head import NO_FOLD, HeadTask, fit_heads
from melanoma.training.member import shape_of
from melanoma.training.method import settle_method
from melanoma.training.precision import choose_precision
from melanoma.training.predict import predict_logits
from melanoma.training.validation_score import score_logits

DEALT_IN = (TRAIN, VALIDATION)
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class _Bench:
    """What the folds of a trial share."""

    job: Job
    plan: TrialPlan
    config: TrainConfig
    examples: ExampleSet
    classes: list[str]

    def tell(self, fold: int, text: str, share: float) -> None:
        """Tell how far the trial is."""
        self.job.progress(f"fold {fold + 1}/{self.plan.folds} · {text}", (fold + share) / self.plan.folds)


def build(job: Job) -> Built:
    """Train and measure on fold after fold; the value is the mean of their balanced accuracies."""
    plan, config = job.given(TrialPlan), settle_method(job.section(TrainConfig))
    require_devices(config.devices)  # before features are made
    if plan.weights:
        plan.weights.file.read()  # refuses a file that is not as it was when the search began
    every = open_examples(job.inputs["ingest"], job.inputs["balance"])
    examples = every.of(*DEALT_IN)
    _require_folds(examples.rows, plan.folds)
    bench = _Bench(job, plan, config, examples, sorted(examples.rows["diagnosis"].unique()))
    try:
        measured = _measure_heads(bench, every.rows) if config.method == "head" else _measure_networks(bench)
    except Pruned:
        shutil.rmtree(job.workbench, ignore_errors=True)  # nobody will go on from there
        raise
    value = float(np.mean(measured))
    write_json(job.folder / TRIAL, {"value": value, "folds": measured})
    return Built({"value": value, "folds": measured})


def divide_by_fold(rows: pd.DataFrame, fold: int) -> tuple[Mask, Mask]:
    """Return which rows are learned from and which are judged when a fold is left out.

    Args:
        rows: Examples with ``fold`` and ``origin``; a copy has its parent's fold.
        fold: The fold.

    Returns:
        Rows of the other folds, and originals of the fold, bool, [n] each.
    """
    folds = rows["fold"].astype("Int64").fillna(NO_FOLD).to_numpy(dtype=np.int64)
    in_fold = folds == fold
    return ~in_fold, in_fold & (rows["origin"] == ORIGINAL).to_numpy(dtype=bool)


def _require_folds(rows: pd.DataFrame, folds: int) -> None:
    for fold in range(folds):
        learned, judged = divide_by_fold(rows, fold)
        if not (learned.any() and judged.any()):
            raise ModelError(f"tune.folds: fold {fold} or what is beside it has no image; lower split.folds")


def _measure_networks(bench: _Bench) -> list[float]:
    """Train a network for each fold, from where a killed attempt left off, and judge it as it predicts."""
    job, done = bench.job, list[float]()
    shape = shape_of(bench.examples, bench.classes, bench.config)
    precision = choose_precision(bench.config, shape, job.clock)
    for fold in range(bench.plan.folds):
        learned, judged = (_where(bench.examples, mask) for mask in divide_by_fold(bench.examples.rows, fold))
        request = TrainingRequest(
            learned,
            judged,
            bench.classes,
            bench.config,
            precision,
            job.seed,
            job.workbench / f"fold-{fold}",
            job.inputs["ingest"].read_json(SOURCE)["fit"],
            watch=partial(_report_epoch, bench, done, fold),
        )
        trained = train_network(request, partial(bench.tell, fold))
        logits = predict_logits(fast_forward(trained.network), judged, bench.config.metadata)
        done.append(score_logits(logits[None], _truth(judged.rows, bench.classes))["val_balanced_accuracy"])
    return done


def _report_epoch(bench: _Bench, done: list[float], fold: int, figures: Figures) -> None:
    """Report the mean over the folds so far, the one that is being trained as it stands after this epoch."""
    step = fold * bench.config.epochs + int(figures["epoch"]) - 1
    bench.plan.watch(step, float(np.mean([*done, figures["val_balanced_accuracy"]])))


def _measure_heads(bench: _Bench, every: pd.DataFrame) -> list[float]:
    """Fit a head for each fold on features, which are made first where no earlier trial or run has made them.

    The features are those that the train stage makes, of all examples but test rows, so that both share them.
    """
    features = collect_features(bench.job, every, bench.config)
    rows = features.rows[features.rows["split"].isin(DEALT_IN)].reset_index(drop=True)
    done = list[float]()
    for fold in range(bench.plan.folds):
        learned, judged = (FeatureSet(rows[mask], features.shards) for mask in divide_by_fold(rows, fold))
        task = HeadTask(
            label_features(learned, bench.classes, bench.config, bench.job.seed),
            label_features(judged, bench.classes, bench.config),
            np.full(len(learned.rows), NO_FOLD),
            (learned.rows["origin"] == ORIGINAL).to_numpy(dtype=bool),
            bench.classes,
            bench.config,
            bench.examples.images_size_px,
            bench.job.seed,
        )
        history = fit_heads(task, partial(bench.tell, fold)).history
        done.append(history["epochs"][history["best_epoch"] - 1]["val_balanced_accuracy"])
        bench.plan.watch(fold, float(np.mean(done)))
    return done


def _truth(rows: pd.DataFrame, classes: list[str]) -> NDArray[np.intp]:
    return np.array([classes.index(name) for name in rows["diagnosis"]], dtype=np.intp)


def _where(examples: ExampleSet, chosen: Mask) -> ExampleSet:
    return ExampleSet(examples.rows[chosen].reset_index(drop=True), examples.pixels)
