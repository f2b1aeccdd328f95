"""Stage: score a model on a labelled set that it was not made from, such as another hospital's images."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from melanoma.artifacts.record import Artifact
from melanoma.config.evaluate import EvaluateConfig
from melanoma.data.image_ids import id_of
from melanoma.evaluation.evaluate import EXTERNAL, evaluate_external
from melanoma.models.forward import fast_forward
from melanoma.stages.external_set import ExternalSet, choose_images
from melanoma.stages.files import MANIFEST, METRICS, PREDICTIONS, PREDICTIONS_CSV
from melanoma.stages.job import Built, Job, Summary, write_json
from melanoma.stages.model_test import ModelTest
from melanoma.stages.pixels import open_originals
from melanoma.stages.prediction_table import IMAGE, RowMaker, write_csv
from melanoma.training.metadata import note_unknown
from melanoma.training.model_file import load_model
from melanoma.training.predict import PROBABILITY, name_probabilities, predict


def build(job: Job) -> Built:
    """Score every readable labelled image that has a name in common with the model; nothing is chosen on them."""
    test, config = job.given(ModelTest), job.section(EvaluateConfig)
    chosen = choose_images(pd.read_parquet(job.inputs["ingest"].path(MANIFEST)), test)
    job.progress(f"predicting {len(chosen.rows)} images by {test.model.title}")
    predictions = _predict(job.inputs["ingest"], chosen, test)
    predictions.to_parquet(job.folder / PREDICTIONS, index=False)
    write_csv(job.folder / PREDICTIONS_CSV, _challenge_rows(predictions, chosen.mapping.classes))
    job.progress("resampling lesions for the intervals")
    metrics = evaluate_external(predictions, chosen.mapping.classes, config, job.seed, test.model.rules)
    notes = [*chosen.data["notes"], *note_unknown(chosen.rows, test.model.info.metadata)]
    metrics |= {"model": test.model.facts, "data": chosen.data | {"notes": notes}}
    write_json(job.folder / METRICS, metrics)
    return Built(_summary(metrics))


def _predict(ingest: Artifact, chosen: ExternalSet, test: ModelTest) -> pd.DataFrame:
    """Predict all classes of the model, and add up those that share a common name."""
    loaded = load_model(test.model.path)
    examples = open_originals(ingest, chosen.rows)
    raw = predict(fast_forward(loaded.network), examples, loaded.info)
    chances = raw[[f"{PROBABILITY}{name}" for name in loaded.info.classes]]
    common = chances.T.groupby([chosen.mapping.of_model[name] for name in loaded.info.classes]).sum().T
    named = name_probabilities(common[list(chosen.mapping.classes)].to_numpy(), chosen.mapping.classes)
    others = raw.drop(columns=["predicted", *chances.columns])
    return pd.concat([others, named, examples.rows[["own_diagnosis"]]], axis=1)


def _challenge_rows(predictions: pd.DataFrame, classes: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Return rows in the challenge's form, under the images' ids, or under their paths where two share an id."""
    ids = predictions["image_id"].map(id_of)
    names = predictions["image_id"].where(ids.duplicated(keep=False), ids)
    maker = RowMaker(classes)
    chances = predictions[[f"{PROBABILITY}{name}" for name in classes]].to_numpy()
    return (maker.challenge("", row) | {IMAGE: name} for name, row in zip(names, chances, strict=True))


def _summary(metrics: Summary) -> Summary:
    split = metrics["splits"][EXTERNAL]
    return {
        "data": metrics["data"],
        "n": split["n"],
        "groups": split["groups"],
        "metrics": split["metrics"],
        "operating_point": split.get("operating_point"),
        "not_evaluated": split["not_evaluated"],
    }
