"""Everything that a report shows, gathered before anything is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from melanoma.reporting.finding_pictures import FindingPictures

Kind = Literal["right", "wrong", "missed melanoma", "augmented"]
GROUPED, AFTER_AUGMENTATION = "grouped", "after_augmentation"


@dataclass(frozen=True)
class GalleryImage:
    """One example image.

    Attributes:
        image_id: Which image, or which copy of one.
        kind: What it is an example of.
        thumbnail: PNG or JPEG bytes.
        truth: Its diagnosis as published.
        predicted: The predicted diagnosis; empty for an augmented copy, which nothing is predicted for.
        probability: Of the predicted diagnosis, in [0, 1].
        source: PNG or JPEG bytes of the image that an augmented copy was made from.
    """

    image_id: str
    kind: Kind
    thumbnail: bytes
    truth: str
    predicted: str = ""
    probability: float | None = None
    source: bytes | None = None


@dataclass(frozen=True)
class Evidence:
    """Records of a run, as its artifacts hold them, and pictures.

    Attributes:
        title: The report's title.
        version: The version of `melanoma` that made it.
        protocol: ``grouped`` or ``after_augmentation``.
        audit: `audit.json`.
        expectations: Table checks: ``suite``, ``expectation``, ``column``, ``severity``, ``success``, ``observed``.
        metrics: `metrics.json`.
        history: `history.json`.
        leak: `leak.json`.
        class_table: Per diagnosis ``diagnosis``, ``images_found``, ``excluded``, ``train``, ``validation``,
            ``calibration``, ``test``, ``train_after_balance``.
        flow: Label and number of images. First what was found; then each reason for which images were left out; the
            labels ``train``, ``validation``, ``calibration`` and ``test`` are the splits.
        quarantine: ``image_id`` and ``reason`` of each file that could not be used.
        gallery: Example images.
        finding_pictures: What is shown of each finding, by check.
        figures: PNG bytes by name: ``training_curves``, ``confusion_matrix``, ``class_balance``, ``metric_intervals``,
            ``per_class_sensitivity``, ``study_intervals``, ``reliability``, ``accuracy_kept`` and the others of
            `melanoma.reporting.report_figures`. One that is absent is left out.
        config: The effective configuration by section.
        versions: The version of each library that shaped a result.
        provenance: Per stage ``stage``, ``key``, ``digest``, ``task_run_id``, ``seconds``, ``state``; where the
            artifact says so also ``code``, the sha256 of our source files that shaped it, ``code_files``, their number,
            ``sections``, the sections of the configuration that it read, ``inputs``, the stages, and ``seed``.
        source: ``layout``, ``data_digest`` and ``images`` of the data.
        study: `study.json` of the last study of the same data, if there is one.
        robustness: `robustness.json`; None where it was not made.
        explanations: `explanations.json`; None where it was not made.
        explanation_pictures: JPEG bytes of the pictures and heat maps that it names, by file name.
        sources: Per attribution and licence ``attribution``, ``license``, ``images``, ``used``; what the data do not
            say is empty.
        cohort: What is known of the people and lesions; see `melanoma.reporting.cohort`.
        decisions: What the frozen melanoma threshold gives on test images: ``true_positive``, ``false_positive``,
            ``false_negative``, ``true_negative``; empty if there is no threshold.
    """

    title: str
    version: str
    protocol: str
    audit: Mapping[str, Any]
    expectations: Sequence[Mapping[str, Any]]
    metrics: Mapping[str, Any]
    history: Mapping[str, Any]
    leak: Mapping[str, Any]
    class_table: Sequence[Mapping[str, Any]]
    flow: Sequence[tuple[str, int]]
    quarantine: Sequence[Mapping[str, Any]]
    gallery: Sequence[GalleryImage] = ()
    finding_pictures: Mapping[str, FindingPictures] = field(default_factory=dict)
    figures: Mapping[str, bytes] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    provenance: Sequence[Mapping[str, Any]] = ()
    source: Mapping[str, Any] = field(default_factory=dict)
    study: Mapping[str, Any] | None = None
    robustness: Mapping[str, Any] | None = None
    explanations: Mapping[str, Any] | None = None
    explanation_pictures: Mapping[str, bytes] = field(default_factory=dict)
    sources: Sequence[Mapping[str, Any]] = ()
    cohort: Mapping[str, Any] = field(default_factory=dict)
    decisions: Mapping[str, int] = field(default_factory=dict)

    def split(self, name: str) -> Mapping[str, Any]:
        """Return what `metrics.json` says of a split; empty if it was not evaluated."""
        record: Mapping[str, Any] = self.metrics.get("splits", {}).get(name, {})
        return record

    def figure(self, split: str, metric: str) -> Mapping[str, Any] | None:
        """Return a metric's value, interval, n and method on a split; None if it was not evaluated."""
        found: Mapping[str, Any] | None = self.split(split).get("metrics", {}).get(metric)
        return found

    @property
    def classes(self) -> tuple[str, ...]:
        """The diagnoses that the model tells apart."""
        return tuple(self.metrics.get("classes", ()))

    @property
    def chance(self) -> float | None:
        """The balanced accuracy of guessing, 1/K for K diagnoses; None without diagnoses."""
        return 1 / len(self.classes) if self.classes else None
