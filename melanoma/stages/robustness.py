"""Stage: show the model the same test pictures, each a little changed, and say what that costs."""

import pandas as pd

from melanoma.augmentation.perturbation import perturb
from melanoma.config.evaluate import EvaluateConfig
from melanoma.config.robustness import PerturbationConfig, RobustnessConfig
from melanoma.data.examples import ExampleSet
from melanoma.evaluation.figure import Figure, NotEvaluated
from melanoma.evaluation.operating_point import OperatingPoint
from melanoma.evaluation.part import read_rules
from melanoma.evaluation.parts import operating_point
from melanoma.evaluation.robustness import Terms, Trial, choose_images, measure_robustness
from melanoma.stages.files import METRICS, PREDICTIONS, ROBUSTNESS
from melanoma.stages.job import Built, Job, Summary, write_json
from melanoma.stages.pixels import open_examples

OFF = {"enabled": False}


def build(job: Job) -> Built:
    """Write `robustness.json`; nothing is chosen by it."""
    config = job.section(RobustnessConfig)
    record = _try_all(job, config) if config.enabled else OFF
    write_json(job.folder / ROBUSTNESS, record)
    return Built(_summary(record))


def _try_all(job: Job, config: RobustnessConfig) -> Summary:
    evaluated, metrics = job.inputs["evaluate"], job.inputs["evaluate"].read_json(METRICS)
    predictions = pd.read_parquet(evaluated.path(PREDICTIONS))
    unchanged = choose_images(predictions, config.images, job.seed)
    examples = _find_examples(job, unchanged)
    trials = _predict(job, config, examples)
    terms = Terms(metrics["classes"], job.section(EvaluateConfig), _find_point(metrics), job.seed)
    of = int((predictions["split"] == "test").sum())
    return {"enabled": True, "of": of, **measure_robustness(unchanged, trials, terms)}


def _find_examples(job: Job, unchanged: pd.DataFrame) -> ExampleSet:
    """Return the chosen images and their pixels, in the order of the predictions."""
    test = open_examples(job.inputs["ingest"], job.inputs["balance"]).of("test")
    rows = test.rows.set_index("image_id", drop=False).loc[unchanged["image_id"]].reset_index(drop=True)
    return ExampleSet(rows, test.pixels)


def _predict(job: Job, config: RobustnessConfig, examples: ExampleSet) -> list[Trial]:
    from melanoma.models.inputs import change_images
    from melanoma.stages.opened_model import open_trained
    from melanoma.training.predict import Forward, predict

    model = open_trained(job.inputs["train"])

    def behind(change: PerturbationConfig) -> Forward:
        return lambda inputs: model.forward(
            change_images(inputs, lambda images: perturb(images, change.name, change.strength))
        )

    trials = []
    for number, change in enumerate(config.perturbations):
        job.progress(f"{change.title} · {len(examples.rows)} images", number / len(config.perturbations))
        trials.append(Trial(change, predict(behind(change), examples, model.info)))
    return trials


def _find_point(metrics: Summary) -> OperatingPoint | NotEvaluated:
    rule = read_rules(metrics)[operating_point.NAME]
    return rule if isinstance(rule, NotEvaluated) else operating_point.read_point(rule)


def _summary(record: Summary) -> Summary:
    """Return the drops as rows of a table."""
    return {
        "images": record.get("images", 0),
        "drops": [
            {"perturbation": tried["title"], **{name: _say(entry["drop"]) for name, entry in tried["metrics"].items()}}
            for tried in record.get("perturbations", ())
        ],
    }


def _say(drop: Summary) -> str:
    return str(Figure(drop["value"], tuple(drop["ci95"]), drop["n"], drop["method"], drop["events"]))
