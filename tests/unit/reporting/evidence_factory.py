"""A realistic run of nine diagnoses, invented: its figures follow from one confusion matrix per split."""

import io
from dataclasses import replace
from functools import cache
from hashlib import sha256

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from melanoma.reporting.evidence import Evidence, GalleryImage
from melanoma.reporting.figures.confusion_matrix import draw_confusion_matrix
from melanoma.reporting.figures.training_curves import draw_training_curves
from melanoma.reporting.finding_pictures import FindingPictures, PictureCard, PictureGroup
from melanoma.reporting.report_figure import draw_figures
from tests.unit.reporting.trial_factory import explanations_record, picture_names, robustness_record

CLASSES = [
    "actinic keratosis", "basal cell carcinoma", "dermatofibroma", "melanoma", "nevus",
    "pigmented benign keratosis", "seborrheic keratosis", "squamous cell carcinoma", "vascular lesion",
]  # fmt: skip
TRAIN = [91, 300, 76, 350, 286, 370, 62, 145, 112]
TEST_ROWS = [31, 48, 19, 56, 61, 62, 12, 26, 22]
VALIDATION_ROWS = [22, 75, 18, 86, 70, 90, 15, 34, 27]
CALIBRATION_ROWS = [11, 37, 9, 41, 35, 42, 7, 15, 13]
METHOD = "bootstrap over lesions, percentile, 2000 resamples"
LOGIT = (
    "bootstrap over lesions, logit of the value with the resamples' spread, Student's t, 2000 resamples; "
    "above sensitivity 0.8, at most 0.2, 0.02 by chance"
)
LEFT_OUT = f"{METHOD}; left out as neither malignant nor benign: 31 (actinic keratosis)"
WILSON = "Wilson score interval over lesions, because all resamples are alike"


@cache
def thumbnail(seed, size=96):
    """A lesion-like blob as JPEG bytes."""
    rng = np.random.default_rng(seed)
    skin = tuple(int(v) for v in np.array([224, 178, 156]) + rng.integers(-18, 18, 3))
    dark = tuple(int(v) for v in np.array([118, 74, 56]) + rng.integers(-30, 40, 3))
    picture = Image.new("RGB", (size, size), skin)
    draw = ImageDraw.Draw(picture)
    for _ in range(14):
        x, y = rng.normal(size / 2, size / 11, 2)
        r = rng.uniform(size / 12, size / 5)
        draw.ellipse((x - r, y - r * 0.8, x + r, y + r * 0.8), fill=tuple(int(c + rng.integers(-14, 14)) for c in dark))
    stream = io.BytesIO()
    picture.filter(ImageFilter.GaussianBlur(3)).save(stream, "JPEG", quality=80)
    return stream.getvalue()


def figure(value, n, method=METHOD, events=None):
    """A figure whose interval is value ± 1.96 sqrt(v (1 - v) / n), kept inside [0, 1]; by default all n are events."""
    half = 1.96 * float(np.sqrt(max(value * (1 - value), 0.01) / max(n, 1)))
    return {
        "value": value, "ci95": [max(value - half, 0.0), min(value + half, 1.0)],
        "n": n, "events": n if events is None else events, "method": method,
    }  # fmt: skip


def confusion(rows, hit, seed):
    """Counts with about ``hit`` of each row on the diagonal."""
    rng = np.random.default_rng(seed)
    matrix = []
    for true, total in enumerate(rows):
        weights = rng.dirichlet(np.ones(len(rows)) * 0.8) * (1 - hit)
        weights[true] += hit * rng.uniform(0.75, 1.2)
        matrix.append(rng.multinomial(total, weights / weights.sum()).tolist())
    return matrix


def split_record(classes, matrix):
    """One split of `metrics.json`, from its confusion matrix."""
    counts = np.array(matrix)
    n, hits, totals, predicted = int(counts.sum()), counts.diagonal(), counts.sum(axis=1), counts.sum(axis=0)
    shares = [hit / total for hit, total in zip(hits, totals, strict=True) if total]
    per_class = {name: class_record(k, hits, totals, predicted) for k, name in enumerate(classes)}
    accuracy, balanced = float(hits.sum() / n), float(np.mean(shares))
    metrics = {
        "accuracy": figure(accuracy, n),
        "balanced_accuracy": figure(balanced, n),
        "macro_f1": figure(balanced - 0.021, n),
        "macro_auroc": figure(0.871, n),
        "melanoma_auroc": figure(0.842, n, events=56),
        "melanoma_auprc": figure(0.611, n, events=56),
        "melanoma_pauc": figure(0.117, n, LOGIT, 56),
        "melanoma_sensitivity": figure(0.625, 56, WILSON),
        "melanoma_specificity": figure(0.902, n - 56),
        "malignant_auroc": figure(0.861, n - 31, LEFT_OUT, 130),
        "malignant_auprc": figure(0.803, n - 31, LEFT_OUT, 130),
        "malignant_sensitivity": figure(0.754, 130),
        "malignant_specificity": figure(0.818, n - 161),
        "kappa": figure(balanced - 0.05, n),
        "ece": figure(0.094, n),
        "brier": figure(0.487, n),
    }
    return {
        "n": n, "groups": n - 7, "metrics": metrics, "per_class": per_class, "confusion": matrix,
        "subgroups": {
            "sex": {name: {"n": k, "accuracy": figure(0.6, k)} for name, k in (("female", 151), ("male", 170))},
            "age_band": {"under 30": {"n": 8, "note": "too few"}, "30 to 59": {"n": 9, "accuracy": figure(0.6, 9)}},
        },
        "operating_point": {
            "class": "melanoma", "threshold": 0.137, "chosen_on": "validation", "target_sensitivity": 0.95,
            "sensitivity": figure(0.911, 56), "specificity": figure(0.583, n - 56),
            "ppv": figure(0.315, 162, events=51), "npv": figure(0.969, n - 162, events=5),
            "net_benefit": {**figure(0.096, n, events=56), "ci95": [0.061, 0.134]},
            "net_benefit_of_biopsying_all": {**figure(0.034, n, events=56), "ci95": [-0.004, 0.075]},
            "number_needed_to_biopsy": {**figure(3.175, 162, events=51), "ci95": [2.571, 4.082]},
        },
        "not_evaluated": {"subgroups.anatom_site_general": "the publisher gives no site for these images"},
    }  # fmt: skip


def class_record(k, hits, totals, predicted):
    """One diagnosis; figures without data are absent."""
    n = int(totals[k])
    if not n:
        return {"n": 0}
    sensitivity, precision = hits[k] / n, hits[k] / max(predicted[k], 1)
    f1 = 2 * sensitivity * precision / max(sensitivity + precision, 1e-9)
    record = {
        "n": n,
        "sensitivity": figure(float(sensitivity), n),
        "f1": figure(float(f1), n),
        "auroc": figure(0.85, n),
    }
    return record | ({"precision": figure(float(precision), int(predicted[k]))} if predicted[k] else {})


def metrics_record(classes=tuple(CLASSES), hits=(0.6, 0.58), rows=(VALIDATION_ROWS, TEST_ROWS)):
    """`metrics.json` of both splits."""
    splits = {
        name: split_record(list(classes), confusion(list(rows[k])[: len(classes)], hits[k], k))
        for k, name in enumerate(("validation", "test"))
    }
    statements = [
        "Balanced accuracy on validation minus test is 0.021 [-0.058, 0.101]: no difference can be shown.",
        "The mix of diagnoses differs between the splits; weighted alike, accuracy differs by 0.012.",
        "Brightness and sharpness alone tell test from validation images with an AUROC of 0.53: the sources are alike.",
    ]
    return {"classes": list(classes), "splits": splits, "agreement": {"statements": statements}}


def history_record(epochs=17):
    """`history.json` of a run that stopped early."""
    steps = np.arange(epochs)
    rows = [
        {
            "epoch": int(k) + 1,
            "loss": float(1.9 * np.exp(-k / 6) + 0.25),
            "accuracy": float(0.9 - 0.62 * np.exp(-k / 6)),
            "val_loss": float(1.1 + 0.9 * np.exp(-k / 3) + 0.02 * max(k - 10, 0)),
            "val_accuracy": float(0.61 - 0.35 * np.exp(-k / 3)),
            "val_balanced_accuracy": float(0.58 - 0.37 * np.exp(-k / 3)),
        }
        for k in steps
    ]  # fmt: skip
    return {
        "epochs": rows, "best_epoch": min(11, epochs), "stopped_early": True, "parameters": 3989285,
        "network": "cnn_batchnorm", "precision": "mixed_bfloat16", "chosen_by": "loss",
    }  # fmt: skip


def head_history(strengths=(1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001)):
    """`history.json` of a linear head, of which the fifth strength was kept."""
    rows = [
        {
            "epoch": k + 1, "l2": l2, "iterations": 20 + 10 * k, "loss": 1.1 * 0.75**k + 0.1,
            "accuracy": 0.98 - 0.3 * 0.6**k, "val_loss": 1.2 - 0.12 * k + 0.015 * k**2,
            "val_balanced_loss": 1.3 - 0.1 * k + 0.015 * k**2, "val_balanced_brier": 0.7 - 0.1 * k + 0.014 * k**2,
            "val_accuracy": 0.76 - 0.12 * 0.6**k,
            "val_balanced_accuracy": 0.66 - 0.006 * (k - 4) ** 2,
        }
        for k, l2 in enumerate(strengths)
    ]  # fmt: skip
    return {
        "epochs": rows, "steps_are": "l2", "best_epoch": 5, "stopped_early": False, "parameters": 3421543,
        "network": "efficientnet_lite0", "method": "head", "head": "linear", "precision": "float32",
        "chosen_by": "balanced_brier",
    }  # fmt: skip


def class_rows(classes=tuple(CLASSES)):
    """Counts per diagnosis; one image of each is excluded."""
    return [
        {
            "diagnosis": name, "images_found": TRAIN[k] + TEST_ROWS[k] + VALIDATION_ROWS[k] + CALIBRATION_ROWS[k] + 1,
            "excluded": 1, "calibration": CALIBRATION_ROWS[k],
            "train": TRAIN[k], "validation": VALIDATION_ROWS[k], "test": TEST_ROWS[k],
            "train_after_balance": max(TRAIN[k], 300),
        }
        for k, name in enumerate(classes)
    ]  # fmt: skip


AUDIT = {
    "passed": True,
    "checks_run": [
        "unreadable_image", "label_conflict", "image_in_train_and_test", "lesion_in_train_and_test",
        "patient_in_train_and_test", "exact_duplicate", "missing_image", "missing_metadata", "invalid_metadata",
        "class_imbalance",
    ],
    "findings": [
        {"check": "unreadable_image", "severity": "warning", "count": 1, "excluded": 1, "action": "exclude",
         "examples": ["Train/nevus/ISIC_0000077.jpg"],
         "remedy": "Fetch these files again from their publisher; they are cut off or no images."},
        {"check": "label_conflict", "severity": "critical", "count": 4, "excluded": 4,
         "examples": ["Train/melanoma/ISIC_0010014.jpg", "Train/nevus/ISIC_0010014.jpg"], "action": "exclude",
         "remedy": "Look up the true diagnosis of each, or leave them out; a model cannot learn both."},
        {"check": "image_in_train_and_test", "severity": "critical", "count": 6, "excluded": 3,
         "examples": ["Test/melanoma/ISIC_0000004.jpg"], "action": "exclude",
         "remedy": "Remove the training copy; figures that others published on this test set may be too good."},
        {"check": "exact_duplicate", "severity": "warning", "count": 4, "excluded": 2, "action": "exclude",
         "remedy": "Keep one file of each picture; copies weigh double in training and in the figures."},
        {"check": "class_imbalance", "severity": "info", "count": 77, "excluded": 0, "examples": [], "action": "keep",
         "remedy": "Read balanced accuracy, not accuracy; collect more images of: seborrheic keratosis."},
    ],
}  # fmt: skip
EXPECTATIONS = [
    {
        "suite": "images",
        "expectation": f"expect_{name}",
        "column": column,
        "severity": severity,
        "success": success,
        "observed": observed,
    }
    for name, column, severity, success, observed in (
        ("table_row_count_to_be_between", "table", "critical", True, "2566"),
        ("column_values_to_be_unique", "image_id", "critical", True, "0 of 2566 unexpected"),
        ("column_values_to_be_between", "width", "warning", False, "3 of 2566 unexpected"),
        ("column_max_to_be_between", "unreadable_share", "critical", True, "None"),
    )
]
LEAK = {
    "protocol": "grouped", "validation_images": 437, "validation_with_relative_in_training": 0, "share": 0.0,
    "calibration_images": 210, "calibration_with_relative_in_training": 0, "calibration_share": 0.0,
    "test_images": 337, "test_with_relative_in_training": 0, "test_share": 0.0,
}  # fmt: skip
LEAKING = {
    "protocol": "after_augmentation", "validation_images": 1348, "validation_with_relative_in_training": 1247,
    "share": 1247 / 1348, "test_images": 337, "test_with_relative_in_training": 0, "test_share": 0.0,
}  # fmt: skip
FLOW = [
    ("Image files found", 2786), ("Unreadable", 1), ("Label conflict", 4), ("Image in train and test", 3),
    ("Exact duplicate", 2), ("train", 1792), ("validation", 437), ("calibration", 210),
    ("test", 337),
]  # fmt: skip
SOURCES = [
    {"attribution": "Hospital Clínic de Barcelona", "license": "CC-BY-NC", "images": 2400, "used": 2390},
    {"attribution": "", "license": "CC-0", "images": 386, "used": 386},
]
COHORT = {
    "images": 2776, "lesions": 2403, "patients": 1871, "age": {"known": 2600, "median": 55.0, "low": 5.0, "high": 85.0},
    "sex": {"female": 1301, "male": 1399}, "site": {"anterior torso": 900, "head/neck": 655},
}  # fmt: skip
# 51 of 56 = 0.911, 164 of 281 = 0.584: the operating point of `split_record`
DECISIONS = {"true_positive": 51, "false_negative": 5, "true_negative": 164, "false_positive": 117}
FIGURES = ("training_curves", "confusion_matrix", "class_balance", "metric_intervals", "per_class_sensitivity")
FIGURES = (*FIGURES, "robustness_drops")
STAGES = ("ingest", "validate", "split", "balance", "train", "evaluate", "robustness", "explain")
SECONDS = (42.1, 3.2, 0.4, 31.0, 1834.0, 22.5, 14.2, 9.3)
SECTIONS = {"validate": "validation"}


def provenance_rows():
    """One row per stage."""
    return [
        {
            "stage": stage,
            "key": sha256(stage.encode()).hexdigest(),
            "digest": sha256(stage[::-1].encode()).hexdigest(),
            "task_run_id": f"0193f6a2-7c1e-7d55-9a1b-{k:012x}", "seconds": SECONDS[k],
            "state": "Cached" if k < 2 else "Completed", "run_id": "20261123-211500-1f3c9a2b",
            "code": sha256(f"code of {stage}".encode()).hexdigest(), "code_files": 40 + k,
            "sections": [SECTIONS.get(stage, stage)], "inputs": dict.fromkeys(STAGES[:k], "0" * 64),
            "seed": 123 if k else None,
        }
        for k, stage in enumerate(STAGES)
    ]  # fmt: skip


def gallery_images(classes=tuple(CLASSES), per_kind=6):
    """Examples of each kind."""
    images = []
    for k in range(per_kind):
        own, other = classes[k % len(classes)], classes[(k + 4) % len(classes)]
        kinds = [("right", own, own, 0.91 - k / 20), ("wrong", own, other, 0.7 - k / 30)]
        kinds += [("missed melanoma", "melanoma", other, 0.55), ("augmented", own, "", None)]
        images += [
            GalleryImage(
                f"Test/{truth}/ISIC_00{k}{n:03d}.jpg",
                kind,
                thumbnail(10 * k + n),
                truth,
                predicted,
                probability,
                thumbnail(10 * k) if kind == "augmented" else None,
            )
            for n, (kind, truth, predicted, probability) in enumerate(kinds)
        ]
    return images


def draw_all(evidence, dpi):
    """The figures of a report."""
    return {
        "training_curves": draw_training_curves(evidence.history, dpi),
        "confusion_matrix": draw_confusion_matrix(evidence.metrics, "test", dpi),
        **draw_figures(evidence, dpi),
    }


CONFIG = {
    "seed": 123,
    "ingest": {"size_px": 180, "shard_images": 1000, "max_megapixels": 200.0},
    "split": {"protocol": "grouped", "validation_share": 0.2, "calibration_share": 0.1, "test_share": 0.2},
    "balance": {"mode": "fill", "images_per_class": 300, "operations": [
        {"name": "flip_left_right", "probability": 0.5, "options": {}},
        {"name": "rotate", "probability": 0.7, "options": {"max_left_rotation": 10, "max_right_rotation": 10}}]},
    "train": {"network": "cnn_batchnorm", "epochs": 20, "learning_rate": 0.001, "weights": None},
    "evaluate": {"resamples": 2000, "target_sensitivity": 0.95, "min_events": 10},
}  # fmt: skip


@cache
def blank_figures():
    """Pictures of a figure's size in the place of figures, which take long to draw."""
    stream = io.BytesIO()
    Image.new("RGB", (518, 320), "white").save(stream, "PNG")
    return dict.fromkeys(FIGURES, stream.getvalue())


def build_evidence(**changes):
    """A sound run under the grouped protocol, with some fields replaced."""
    evidence = Evidence(
        title="Skin-lesion classification, nine diagnoses",
        version="0.1.0",
        protocol="grouped",
        audit=AUDIT,
        expectations=EXPECTATIONS,
        metrics=metrics_record(),
        history=history_record(),
        leak=LEAK,
        class_table=class_rows(),
        flow=FLOW,
        quarantine=[{"image_id": "Train/nevus/ISIC_0000077.jpg", "reason": "cut off after 31,204 bytes"}],
        gallery=gallery_images(),
        finding_pictures={
            "label_conflict": shown([f"Train/melanoma/ISIC_00100{k}.jpg" for k in range(4)], grouped=True),
            "image_in_train_and_test": shown([f"Test/melanoma/ISIC_00000{k}.jpg" for k in range(6)], grouped=True),
        },
        figures=blank_figures(),
        config=CONFIG,
        versions={"keras": "3.15.1", "tensorflow": "2.21.0", "numpy": "2.4.0", "matplotlib": "3.11.2"},
        provenance=provenance_rows(),
        source={"layout": "class_folders", "data_digest": sha256(b"data").hexdigest(), "images": 2576},
        robustness=robustness_record(CLASSES),
        explanations=explanations_record(CLASSES),
        explanation_pictures={name: thumbnail(len(name)) for name in picture_names(explanations_record())},
        sources=SOURCES,
        cohort=COHORT,
        decisions=DECISIONS,
    )
    return replace(evidence, **changes)


def leaking_evidence(**changes):
    """The same data under the protocol that splits after augmentation: 0.88 on validation, little on test."""
    metrics = metrics_record(hits=(0.9, 0.3))
    return build_evidence(protocol="after_augmentation", leak=LEAKING, metrics=metrics, **changes)


def empty_evidence(**changes):
    """A run with nothing to show beside the least that the records must hold."""
    return build_evidence(
        audit={"passed": True, "findings": [], "checks_run": []}, expectations=[],
        metrics={"classes": ["melanoma", "nevus"], "splits": {}}, history={"epochs": []}, leak={"protocol": "grouped"},
        class_table=[], flow=[], quarantine=[], gallery=[], finding_pictures={}, figures={}, config={}, versions={},
        provenance=[], source={}, robustness=None, explanations=None, explanation_pictures={}, sources=[], cohort={},
        decisions={}, **changes,
    )  # fmt: skip


def shown(image_ids, grouped=False):
    """Some images of a finding, alone or all in one group."""
    cards = [PictureCard(image_id, thumbnail(200 + k), "melanoma") for k, image_id in enumerate(image_ids)]
    groups = [PictureGroup(tuple(cards), len(cards))] if grouped else [PictureGroup((card,), 1) for card in cards]
    return FindingPictures(tuple(groups), len(cards), len(groups) if grouped else 0)


HOSTILE = [
    "<script>document.title='owned'</script>", "<img src=x onerror=\"document.title='owned'\">", "ورم ميلانيني خبيث",
    "melanoma", "x" * 300, "a|b `c` $\\frac{1}{0}$ {{ 7*7 }}", "many words " * 28, "‮gnp.evil", "😀 皮膚",
]  # fmt: skip


def hostile_evidence():
    """A run whose diagnoses, files and settings carry code, 300 letters, and scripts that run from right to left."""
    code = HOSTILE[0]
    return build_evidence(
        title=f"Report {code} {'y' * 300}", metrics=metrics_record(tuple(HOSTILE)), class_table=class_rows(HOSTILE),
        gallery=gallery_images(HOSTILE, 9),
        finding_pictures={"label_conflict": shown([f"{name}/{code}.jpg" for name in HOSTILE])},
        quarantine=[{"image_id": f"Train/{name}/x.jpg", "reason": code} for name in HOSTILE],
        config={"train": {code: code, "path": "/".join(["x" * 200] * 3)}}, versions={code: code},
        sources=[{"attribution": name, "license": code, "images": 1, "used": 1} for name in HOSTILE],
        cohort={"images": 9, "sex": dict.fromkeys(HOSTILE, 1), "site": {code: 9}},
        source={"layout": code, "data_digest": "0" * 64, "images": 9},
        robustness=robustness_record(HOSTILE), explanations=explanations_record(HOSTILE),
    )  # fmt: skip
