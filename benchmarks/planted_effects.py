"""Count how often the report's rules name what was planted, and how often they name what was not.

    python -m benchmarks.planted_effects [SEEDS] [SEEDS PER EFFECT]

Predictions are drawn from a model of which everything is known (`melanoma.data.synthetic.scores`); evaluation,
agreement and the rules of the traffic light are the product's own. Nothing is trained.

A rule that applies where nothing was planted is a false alarm, but for one: the threshold is chosen on validation rows,
so that its true sensitivity may lie below its target without anything being planted. There an alarm is false if the
true sensitivity, counted on 40,000 images more, reaches the target.
"""

import sys
from collections import Counter
from collections.abc import Mapping

import numpy as np

from melanoma.config.evaluate import EvaluateConfig
from melanoma.config.synthetic import SyntheticScoresConfig
from melanoma.data.synthetic.scores import CLASSES, draw_predictions, draw_statistics
from melanoma.evaluation.agreement import AgreementRequest, explain_agreement
from melanoma.evaluation.evaluate import evaluate_predictions
from melanoma.evaluation.interval import wilson_interval
from melanoma.reporting.evidence import Evidence
from melanoma.reporting.verdict import judge

SEEDS, SEEDS_PER_EFFECT = 200, 10
CONFIG = EvaluateConfig(resamples=300)
MISSED = "melanomas_missed"
# What is planted, and the rule that has to name it.
EFFECTS: Mapping[str, tuple[dict[str, object], str]] = {
    "women are harder": ({"harder_group": "female"}, "subgroup_worse"),
    "those under 50 are harder": ({"harder_group": "under 50", "harder_separation": 0.4}, "subgroup_worse"),
    "test is harder": ({"test_separation": 1.5}, "splits_disagree"),
    "test is from another camera": ({"test_statistics": 0.7}, "test_images_differ"),
    "scores are too extreme": ({"sharpness": 2.0}, "melanoma_miscalibrated"),
    "scores are too cautious": ({"sharpness": 0.5}, "melanoma_miscalibrated"),
    "melanoma odds are three times the true ones": ({"melanoma_odds": 3.0}, "melanoma_miscalibrated"),
}


def find(config: SyntheticScoresConfig) -> tuple[set[str], float]:
    """Return the rules that apply, by the name of their module, and the frozen threshold."""
    predictions = draw_predictions(config)
    metrics = evaluate_predictions(predictions, CLASSES, CONFIG, config.seed)
    request = AgreementRequest(predictions, draw_statistics(predictions, config), CLASSES)
    metrics["agreement"] = explain_agreement(request, CONFIG, config.seed)
    verdict = judge(describe(metrics))
    applied = {rule.reason.__module__.rpartition(".")[2] for rule, _ in verdict.applied}
    return applied, metrics["frozen"]["operating_point"]["threshold"]


def describe(metrics: dict[str, object]) -> Evidence:
    return Evidence(
        title="Drawn predictions", version="", protocol="grouped", audit={"passed": True}, expectations=(),
        metrics=metrics, history={}, leak={}, class_table=(), flow=(), quarantine=(),
    )  # fmt: skip


def true_sensitivity(threshold: float) -> float:
    rows = draw_predictions(SyntheticScoresConfig(seed=1_000_003, validation=1, calibration=0, test=40_000))
    melanomas = rows[rows["diagnosis"] == "melanoma"]
    return float((melanomas["probability:melanoma"] >= threshold).mean())


def main() -> None:
    seeds, per_effect = (int(sys.argv[k]) if len(sys.argv) > k else n for k, n in ((1, SEEDS), (2, SEEDS_PER_EFFECT)))
    alarms: Counter[str] = Counter()
    quiet = 0
    for seed in range(seeds):
        applied, threshold = find(SyntheticScoresConfig(seed=seed))
        if MISSED in applied and true_sensitivity(threshold) < CONFIG.target_sensitivity:
            applied = applied - {MISSED} | {f"{MISSED}, and rightly"}
        alarms.update(applied)
        quiet += not applied
    print(f"nothing planted, {seeds} sets of 600 test images: {quiet} without any alarm")
    for name, count in sorted(alarms.items()):
        low, high = wilson_interval(count / seeds, seeds)
        print(f"  {name:<36}{count:>4}  {count / seeds:6.1%}  [{low:.1%}, {high:.1%}]")
    for effect, (planted, rule) in EFFECTS.items():
        found = [find(SyntheticScoresConfig.model_validate({"seed": seed, **planted}))[0] for seed in range(per_effect)]
        hits = np.mean([rule in applied for applied in found])
        print(f"{effect}: {rule} in {hits:.0%} of {per_effect}; {dict(Counter(name for one in found for name in one))}")


if __name__ == "__main__":
    main()
