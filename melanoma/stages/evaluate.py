"""Stage: predict validation, calibration and test rows, and say with intervals how good the predictions are."""

from melanoma.config.evaluate import EvaluateConfig
from melanoma.data.examples import mark_relatives
from melanoma.data.roles import EVALUATED
from melanoma.data.statistics import image_statistics
from melanoma.evaluation.agreement import AgreementRequest, explain_agreement
from melanoma.evaluation.evaluate import evaluate_predictions
from melanoma.stages.files import LEAK, METRICS, PREDICTIONS
from melanoma.stages.job import Built, Job, Summary, write_json
from melanoma.stages.opened_model import open_trained
from melanoma.stages.pixels import open_examples
from melanoma.training.metadata import note_unknown
from melanoma.training.predict import predict


def build(job: Job) -> Built:
    """Write predictions and metrics; nothing is chosen on test rows."""
    config = job.section(EvaluateConfig)
    model = open_trained(job.inputs["train"])
    classes = model.info.classes
    known = open_examples(job.inputs["ingest"], job.inputs["balance"])
    examples = known.of(*EVALUATED)
    job.progress(f"predicting {len(examples.rows)} images")
    predictions = mark_relatives(predict(model.forward, examples, model.info), known.rows)
    predictions.to_parquet(job.folder / PREDICTIONS, index=False)
    job.progress("resampling lesions for the intervals")
    metrics = evaluate_predictions(predictions, classes, config, job.seed)
    leak = job.inputs["balance"].read_json(LEAK)
    metrics["agreement"] = explain_agreement(
        AgreementRequest(predictions, image_statistics(examples), classes, leak), config, job.seed
    )
    if model.info.metadata:
        metrics["metadata"] = {
            "fields": list(model.info.metadata),
            "notes": note_unknown(examples.rows, model.info.metadata),
        }
    write_json(job.folder / METRICS, metrics)
    return Built(_summary(metrics))


def _summary(metrics: Summary) -> Summary:
    return {split: {"n": record["n"], **record["metrics"]} for split, record in metrics["splits"].items()}
