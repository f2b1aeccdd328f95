"""What metrics, checks and splits are called in a report, and what each metric says."""

from collections.abc import Iterable, Sequence

SPLITS = ("validation", "calibration", "test")
_SAID = {
    "anatom_site_general": "body_site",  # what the Archive abbreviates
    "balanced_brier": "balanced_Brier_score",
}
_METRICS = {
    "accuracy": ("Accuracy", "share of images with the right diagnosis; a frequent diagnosis dominates it"),
    "balanced_accuracy": ("Balanced accuracy", "mean sensitivity of the diagnoses, each weighing the same"),
    "macro_f1": ("Macro F1", "mean F1 of the diagnoses"),
    "macro_auroc": ("Macro AUROC", "mean AUROC of each diagnosis against the rest; 0.5 is chance"),
    "melanoma_auroc": ("Melanoma AUROC", "how often a melanoma ranks above another lesion; 0.5 is chance"),
    "melanoma_auprc": ("Melanoma AUPRC", "average precision; the share of melanomas is chance"),
    "melanoma_sensitivity": ("Melanoma sensitivity", "share of melanomas predicted as melanoma"),
    "melanoma_specificity": ("Melanoma specificity", "share of other lesions not predicted as melanoma"),
    "melanoma_pauc": (
        "Melanoma partial AUROC",
        "area of the ROC curve above a minimum sensitivity; its method states that, what is best and what is chance",
    ),
    "malignant_auroc": (
        "Malignant AUROC",
        "how often a malignant lesion ranks above a benign one, by the malignant share of their probability; "
        "indeterminate diagnoses are left out; 0.5 is chance",
    ),
    "malignant_auprc": ("Malignant AUPRC", "average precision; the share of malignant among these images is chance"),
    "malignant_sensitivity": (
        "Malignant sensitivity",
        "share of malignant lesions called malignant: all such diagnoses together are as probable as the benign ones",
    ),
    "malignant_specificity": ("Malignant specificity", "share of benign lesions not called malignant"),
    "kappa": ("Cohen's kappa", "agreement beyond chance; 0 is chance, below 0 less than that, 1 full agreement"),
    "operating_point_sensitivity": ("Melanoma sensitivity at the threshold", "share of melanomas at or above it"),
    "ece": ("Calibration error (ECE)", "mean gap of stated and true probability; lower is better"),
    "brier": ("Brier score", "mean squared error of the probabilities; lower is better"),
}
_POINT_FIGURES = {
    "sensitivity": ("Sensitivity", "share of melanomas that are called"),
    "specificity": ("Specificity", "share of other lesions that are not called"),
    "ppv": ("PPV", "share of called lesions that are melanoma; holds for this share of melanomas"),
    "npv": ("NPV", "share of lesions not called that are no melanoma; holds for this share of melanomas"),
    "number_needed_to_biopsy": ("Number needed to biopsy", "called lesions per melanoma among them, 1 / PPV"),
    "net_benefit": (
        "Net benefit",
        "melanomas found per image, less biopsies in vain at the odds of the threshold; to biopsy none gives 0",
    ),
    "net_benefit_of_biopsying_all": (
        "Net benefit of biopsying all",
        "the model is of use only above this, and above 0",
    ),
}
_METADATA = {"age_approx": "age", "sex": "sex", "anatom_site_general": "site of the body"}
_PEOPLE = ("Brier", "Cohen")  # whose names stay as they are within a sentence
_STEPS = {"l2": "L2 strength"}
_CLASS_FIGURES = {"sensitivity": "Sensitivity", "precision": "Precision", "f1": "F1", "auroc": "AUROC"}


def metric_name(metric: str) -> str:
    """Return what a metric is called; one that is not known here is called as in `metrics.json`."""
    return _METRICS[metric][0] if metric in _METRICS else plain_name(metric)


def metric_meaning(metric: str) -> str:
    """Return half a sentence on what a metric says; empty for one that is not known here."""
    return _METRICS[metric][1] if metric in _METRICS else ""


def class_figure_name(name: str) -> str:
    """Return what a figure of one diagnosis is called."""
    return _CLASS_FIGURES.get(name) or plain_name(name)


def metadata_name(field: str) -> str:
    """Return what a field of metadata is called within a sentence."""
    return _METADATA.get(field) or plain_name(field)


def drift_name(what: str) -> str:
    """Return what is compared in a test of drift.

    Examples:
        >>> drift_name("age_approx"), drift_name("dark_corners"), drift_name("predicted classes")
        ('Age', 'Dark corners', 'Predicted classes')
    """
    return plain_name(metadata_name(what))


def point_figure_name(name: str) -> str:
    """Return what a figure of the operating point is called."""
    return _POINT_FIGURES[name][0] if name in _POINT_FIGURES else plain_name(name)


def point_figure_meaning(name: str) -> str:
    """Return half a sentence on what a figure of the operating point says; empty for one that is not known here."""
    return _POINT_FIGURES[name][1] if name in _POINT_FIGURES else ""


def order_point_figures(names: Iterable[str]) -> list[str]:
    """Return the operating point's figures in the order of a report, any other after them by name."""
    return _order(names, list(_POINT_FIGURES))


def step_name(steps_are: str) -> str:
    """Return what a step of training is called, as `history.json` names it in ``steps_are``."""
    return _STEPS.get(steps_are) or plain_name(steps_are)


def plain_name(key: str) -> str:
    """Turn a key into words.

    Examples:
        >>> plain_name("image_in_train_and_test"), plain_name("anatom_site_general")
        ('Image in train and test', 'Body site')
    """
    words = _SAID.get(key, key).replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def missing_name(path: str) -> str:
    """Return what is missing by its path in `metrics.json`; a diagnosis keeps the name that it has.

    Examples:
        >>> missing_name("per_class.nevus.precision"), missing_name("subgroups.age_band"), missing_name("macro_auroc")
        ('nevus: Precision', 'Age band', 'Macro AUROC')
    """
    if path.startswith("per_class."):
        diagnosis, _, figure = path.removeprefix("per_class.").rpartition(".")
        return f"{diagnosis}: {class_figure_name(figure)}" if diagnosis else figure
    if path.startswith("operating_point."):
        return f"Operating point: {within_sentence(point_figure_name(path.removeprefix('operating_point.')))}"
    column, _, value = path.removeprefix("subgroups.").partition(".")
    words = value.replace(".", ", ").replace("_", " ")
    return f"{plain_name(column)}: {words}" if value else metric_name(column)


def within_sentence(text: str) -> str:
    """Return a name as it stands within a sentence.

    Examples:
        >>> within_sentence("Macro AUROC"), within_sentence("AUROC"), within_sentence("Brier score")
        ('macro AUROC', 'AUROC', 'Brier score')
    """
    keeps = text[1:2].isupper() or text[1:2].isdigit() or text.startswith(_PEOPLE)
    return text if keeps else text[:1].lower() + text[1:]


def order_metrics(names: Iterable[str]) -> list[str]:
    """Return metrics in the order of a report: as they are listed here, any other after them by name."""
    return _order(names, list(_METRICS))


def order_splits(names: Iterable[str]) -> list[str]:
    """Return splits in the order of a report: validation, calibration, test, any other by name."""
    return _order(names, SPLITS)


def _order(names: Iterable[str], known: Sequence[str]) -> list[str]:
    return sorted(names, key=lambda name: (known.index(name) if name in known else len(known), name))
