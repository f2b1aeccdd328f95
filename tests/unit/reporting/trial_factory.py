"""What changed pictures cost and heat maps of a few pictures, invented."""

from melanoma.config.robustness import RobustnessConfig

FIGURES = {
    "accuracy": (0.62, 118),
    "balanced_accuracy": (0.58, 118),
    "melanoma_auroc": (0.81, 118),
    "operating_point_sensitivity": (0.94, 16),
}
METHOD = "paired bootstrap over lesions, percentile, expanded for few lesions, 2000 resamples"


def robustness_record(classes=("melanoma", "nevus"), drops=(0.02, 0.14, 0.04, 0.09, 0.06, -0.01, 0.03), half=0.07):
    """`robustness.json`; every figure drops alike, within an interval of ``half`` to both sides."""

    def figure(value, n, low, high):
        return {"value": value, "ci95": [low, high], "n": n, "method": METHOD}

    tried = [
        {
            **change.model_dump(mode="json"),
            "title": change.title,
            "other_prediction": 20 + number,
            "metrics": {
                name: {
                    "changed": figure(value - drop, n, value - drop - 0.1, value - drop + 0.1),
                    "drop": figure(drop, n, drop - half, drop + half),
                }
                for name, (value, n) in FIGURES.items()
            },
        }
        for number, (change, drop) in enumerate(zip(RobustnessConfig().perturbations, drops, strict=True))
    ]
    return {
        "enabled": True, "of": 337, "images": 118, "groups": 110, "threshold": 0.213,
        "classes": dict.fromkeys(classes, 13),
        "unchanged": {name: figure(value, n, value - 0.1, value + 0.05) for name, (value, n) in FIGURES.items()},
        "perturbations": tried, "not_evaluated": {},
    }  # fmt: skip


def explanations_record(classes=("melanoma", "nevus"), correlations=((0.05, 0.1), (0.9, 0.05))):
    """`explanations.json` of a case of each kind; maps resemble those of random weights as much as is given."""
    first, second = classes[0], classes[1]
    kinds = [("right", first, first), ("wrong", second, first), ("missed melanoma", first, second)]
    return {
        "enabled": True, "network": "efficientnet_lite0", "method": "Grad-CAM (Selvaraju et al. 2017)", "reason": None,
        "members": 2, "views": 4, "map_px": [14, 14],
        "cases": [
            {
                "image_id": f"Test/{truth}/ISIC_{number:07d}.jpg", "kind": kind, "truth": truth, "predicted": predicted,
                "probability": 0.9 - number / 10, "picture": f"case-{number}.jpg",
                "maps": [
                    {"diagnosis": name, "picture": f"case-{number}-map-{place}.jpg", "is_empty": kind == "wrong"}
                    for place, name in enumerate(dict.fromkeys((predicted, truth)))
                ],
            }
            for number, (kind, truth, predicted) in enumerate(kinds)
        ],
        "sanity": [
            {
                "randomised": part,
                "correlation": {"value": value, "ci95": [value - half, value + half], "n": 18, "method": METHOD},
            }
            for part, (value, half) in zip(("head", "backbone"), correlations, strict=True)
        ],
    }  # fmt: skip


def picture_names(record):
    """Return the names of all pictures of a record."""
    cases = record["cases"]
    return [case["picture"] for case in cases] + [one["picture"] for case in cases for one in case["maps"]]
