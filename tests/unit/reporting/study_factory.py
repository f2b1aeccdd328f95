"""A study, invented: eight rows as the notebook's study has them, one of them trained by the clean protocol alone."""

from typing import Any

DIGEST = "0123456789abcdef" * 4
NAMES = ("plain", "+BatchNormalization", "+Dropout", "+Augmentor", "better CNN", "transfer head", "transfer fine-tuned")
CLEAN = (0.21, 0.24, 0.25, 0.27, 0.35, 0.5, 0.52)
LEAKING = (0.31, 0.33, 0.36, 0.86, 0.55, 0.61, 0.7)
AGAINST = ("row before", "baseline", "as published")


def build_study(names: tuple[str, ...] = NAMES) -> dict[str, Any]:
    """Return a `study.json`; the last row has no leaking run and a profile."""
    rows = [_row(name, CLEAN[n % 7], LEAKING[n % 7]) for n, name in enumerate(names)]
    rows.append({**_row("as shipped", 0.55, 0), "leaking": None, "profile": "default", "change": {}})
    return {
        "title": "The notebook's case study, done right",
        "baseline": names[0],
        "as_published": names[-1],
        "seed": 123,
        "classes": [f"class {n}" for n in range(9)],
        "rows": rows,
        "comparisons": [_comparison(row["name"], against, n) for n, row in enumerate(rows[1:]) for against in AGAINST],
        "published_network_knows": {"images": 98, "known": 3},
    }


def one_row() -> dict[str, Any]:
    """Return a `study.json` of one clean row, with nothing to compare."""
    study = build_study()
    absent = {"baseline": None, "as_published": None, "comparisons": [], "published_network_knows": None}
    return {**study, **absent, "rows": study["rows"][-1:]}


def figure(value: float, half: float = 0.07, n: int = 98) -> dict[str, Any]:
    return {
        "value": value,
        "ci95": [value - half, value + half],
        "n": n,
        "method": "bootstrap over lesions, percentile, 2000 resamples",
    }


def _row(name: str, clean: float, leaking: float) -> dict[str, Any]:
    return {
        "name": name,
        "profile": None,
        "change": {"balance": {"mode": "add", "images_per_class": 500}, "train": {"network": "cnn_dropout"}},
        "clean": _run({"validation": clean + 0.03, "test": clean}, 0.0),
        "leaking": _run({"validation": leaking}, 0.88),
    }


def _run(values: dict[str, float], leak: float) -> dict[str, Any]:
    splits = {split: {"balanced_accuracy": figure(v), "accuracy": figure(v + 0.08)} for split, v in values.items()}
    made = {"key": DIGEST, "digest": DIGEST, "run_id": "20260101-000000-aaaaaaaa"}
    return {
        "run_id": "20260101-000000-aaaaaaaa",
        "seconds": 754.2,
        "artifacts": {"train": made, "evaluate": made},
        "network": "cnn_dropout",
        "parameters": 3989285,
        "kept": "best epoch 9 of 15",
        "validation_images_with_relative_in_training": leak,
        "splits": splits,
    }


def _comparison(name: str, against: str, number: int) -> dict[str, Any]:
    verdict = ("helped", "cannot be told", "did not help")[number % 3]
    low, high = {"helped": (0.02, 0.16), "cannot be told": (-0.06, 0.08), "did not help": (-0.2, -0.02)}[verdict]
    difference = {**figure((low + high) / 2), "ci95": [low, high], "method": "paired bootstrap over lesions"}
    return {
        "row": name,
        "other": "plain",
        "against": against,
        "n": 98,
        "groups": 97,
        "balanced_accuracy": figure(0.3),
        "other_balanced_accuracy": figure(0.25),
        "difference": difference,
        "verdict": verdict,
        "sentence": f"{name} against plain, the {against}: 0.300 [0.230, 0.370] against 0.250 [0.180, 0.320], "
        f"difference {difference['value']:+.3f} [{low:+.3f}, {high:+.3f}] on 98 images of 97 lesions or groups of like "
        f"images: {verdict}.",
    }
