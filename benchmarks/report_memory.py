"""Measure the memory and the time of evaluation and report on many images, in a process for each part.

    python -m benchmarks.report_memory [IMAGES]

Predictions are drawn (`melanoma.data.synthetic.scores`), half of them test; nothing is trained. Each part is a process
of its own, so that its peak is its own; the smallest number of images is measured too, and what a part takes beyond
that is what the images cost. A part above the limit ends the script with 1.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

IMAGES, FEW_IMAGES, LIMIT_GIB = 26_000, 1_000, 2.0


def draw(folder: Path, images: int) -> None:
    from melanoma.config.synthetic import SyntheticScoresConfig
    from melanoma.data.synthetic.scores import draw_predictions, draw_statistics

    few = images // 4
    config = SyntheticScoresConfig(validation=few, calibration=few, test=images - 2 * few)
    predictions = draw_predictions(config)
    predictions.to_parquet(folder / "predictions.parquet", index=False)
    draw_statistics(predictions, config).to_parquet(folder / "statistics.parquet")


def evaluate(folder: Path, images: int) -> None:
    import json

    import pandas as pd

    from melanoma.config.evaluate import EvaluateConfig
    from melanoma.data.synthetic.scores import CLASSES
    from melanoma.evaluation.agreement import AgreementRequest, explain_agreement
    from melanoma.evaluation.evaluate import evaluate_predictions
    from melanoma.evaluation.predictions_file import read_predictions

    predictions = read_predictions(folder / "predictions.parquet")
    metrics = evaluate_predictions(predictions, CLASSES, EvaluateConfig(), 1)
    request = AgreementRequest(predictions, pd.read_parquet(folder / "statistics.parquet"), CLASSES)
    metrics["agreement"] = explain_agreement(request, EvaluateConfig(), 1)
    (folder / "metrics.json").write_text(json.dumps(metrics))


def report(folder: Path, images: int) -> None:
    """Render the report of these figures; of a manifest it takes what the stage makes of it."""
    import json

    import pandas as pd

    from melanoma.data.synthetic.scores import CLASSES
    from melanoma.evaluation.predictions_file import read_predictions
    from melanoma.reporting.cohort import describe_cohort, describe_sources
    from melanoma.reporting.decisions import count_decisions
    from melanoma.reporting.evidence import Evidence
    from melanoma.reporting.html import render_html
    from melanoma.reporting.model_card import render_model_card
    from melanoma.reporting.report_figure import draw_figures

    predictions = read_predictions(folder / "predictions.parquet")
    metrics = json.loads((folder / "metrics.json").read_text())
    manifest = predictions.assign(lesion_id=predictions["group_id"], patient_id=None, attribution="", license="")
    counts = pd.crosstab(predictions["diagnosis"], predictions["split"]).to_dict("index")
    table = [
        {"diagnosis": name, "images_found": 0, "excluded": 0, "train": 0, "train_after_balance": 0,
         **{str(split): count for split, count in counts[name].items()}}
        for name in CLASSES
    ]  # fmt: skip
    evidence = Evidence(
        title="Drawn predictions", version="", protocol="grouped",
        audit={"passed": True, "findings": [], "checks_run": []}, expectations=(), metrics=metrics,
        history={"epochs": []}, leak={"protocol": "grouped"}, class_table=table, flow=[("images found", images)],
        quarantine=(), sources=describe_sources(manifest), cohort=describe_cohort(manifest),
        decisions=count_decisions(predictions, metrics),
    )  # fmt: skip
    drawn = replace(evidence, figures=draw_figures(evidence, 160))
    (folder / "report.html").write_text(render_html(drawn) + render_model_card(drawn))


PARTS: dict[str, Callable[[Path, int], None]] = {"draw": draw, "evaluate": evaluate, "report": report}


def run_part(name: str, folder: str, images: str) -> None:
    """Carry out one part in this process, and print its seconds and its peak of memory in GiB."""
    start = time.perf_counter()
    PARTS[name](Path(folder), int(images))
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{time.perf_counter() - start:.1f} {peak_kib / 2**20:.3f}")


def measure(name: str, folder: str, images: int) -> tuple[float, float]:
    command = [sys.executable, "-m", "benchmarks.report_memory", name, folder, str(images)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(said[-2]), float(said[-1])


def main() -> int:
    images = int(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    highest = 0.0
    for count in (FEW_IMAGES, images):
        with tempfile.TemporaryDirectory() as folder:
            for name in PARTS:
                seconds, peak_gib = measure(name, folder, count)
                highest = max(highest, peak_gib)
                print(f"{count:>7,} images  {name:<10}{seconds:>7.1f} s{peak_gib:>8.2f} GiB")
    print(f"highest peak {highest:.2f} GiB, limit {LIMIT_GIB:.0f} GiB")
    return 1 if highest > LIMIT_GIB else 0


if __name__ == "__main__":
    if len(sys.argv) > 2:
        run_part(*sys.argv[1:])
    else:
        sys.exit(main())
