"""What a run's report holds of its data, for the items of reporting guidelines."""

from collections.abc import Mapping
from typing import Any

from melanoma.reporting import data_flow
from melanoma.reporting.checklist import Answer, filled, partly
from melanoma.reporting.evidence import AFTER_AUGMENTATION, Evidence
from melanoma.reporting.names import plain_name, within_sentence
from melanoma.reporting.number_text import count_text, share_text

_SPLITS = ("train", "validation", "calibration", "test")
_TRAITS = {"patients": "patients", "age": "age", "sex": "sex", "site": "body site", "skin_type": "skin type"}


def tell_sources(evidence: Evidence) -> Answer:
    """Whom the images are from, and under which licence."""
    images = sum(row["images"] for row in evidence.sources)
    stated = [row for row in evidence.sources if row["attribution"] and row["license"]]
    known = sum(row["images"] for row in stated)
    if images and known == images:
        return filled(f"Data, Sources and licences: {_count(len(stated), 'source')} for {count_text(images)} images.")
    if known:
        return partly(
            f"Data, Sources and licences: stated for {count_text(known)} of {count_text(images)} images; name the rest."
        )
    digest = str(evidence.source.get("data_digest", ""))[:12] or "unknown"
    return partly(f"The set is fixed by its digest {digest}; the data name neither source nor licence: write them.")


def tell_exclusions(evidence: Evidence) -> Answer:
    """Which images were left out, and why."""
    flow = data_flow.read_flow(evidence.flow, evidence.protocol)
    if flow is None:
        return partly("The counts of images were not recorded.")
    reasons = ", ".join(f"{within_sentence(plain_name(label))} {count_text(count)}" for label, count in flow.left_out)
    left_out = flow.found[1] - flow.remaining
    text = f"{count_text(left_out)} of {count_text(flow.found[1])} images left out{f' ({reasons})' if reasons else ''}"
    return partly(
        f"Data, From images found to images used: {text}. How patients were chosen is the publisher's to say."
    )


def tell_flow(evidence: Evidence) -> Answer:
    """The way of the images from those found to those used."""
    flow = data_flow.read_flow(evidence.flow, evidence.protocol)
    if flow is None or not flow.splits:
        return partly("No flow of images was recorded.")
    splits = ", ".join(f"{label.lower()} {count_text(count)}" for label, count in flow.splits)
    text = f"Data, flow diagram: {count_text(flow.found[1])} found, {count_text(flow.remaining)} used: {splits}"
    if evidence.cohort.get("patients"):
        return filled(f"{text}, of {count_text(evidence.cohort['patients'])} patients.")
    return partly(f"{text}. The number of patients is not known: the data name none.")


def tell_cohort(evidence: Evidence) -> Answer:
    """Which people the images show."""
    known = [name for key, name in _TRAITS.items() if evidence.cohort.get(key)]
    missing = [name for key, name in _TRAITS.items() if not evidence.cohort.get(key)]
    if not missing:
        return filled(f"Data, Whom they show: {', '.join(known)}.")
    told = f"{', '.join(known)}; " if known else ""
    return partly(f"Data, Whom they show: {told}not known of any image: {', '.join(missing)}.")


def tell_cohort_by_split(evidence: Evidence) -> Answer:
    """Which people the images of each split show."""
    return partly(f"{tell_cohort(evidence).text} Not told split by split.")


def tell_skin_type(evidence: Evidence) -> Answer:
    """The skin type of those whom the images show."""
    known = sum(evidence.cohort.get("skin_type", {}).values())
    if not known:
        return partly("The data hold no skin type, so none is told and nothing is claimed for darker skin (Limits).")
    of = f"{count_text(known)} of {count_text(evidence.cohort['images'])} images"
    return partly(f"Data, Whom they show: Fitzpatrick type of {of}; say how it was judged.")


def tell_preparation(evidence: Evidence) -> Answer:
    """How images were prepared."""
    ingest = _section(evidence, "ingest")
    if "size_px" not in ingest:
        return partly("The size that images were brought to was not recorded.")
    fit = f" ({ingest['fit']})" if ingest.get("fit") else ""
    return filled(
        f"Configuration, ingest: decoded once, turned upright, sRGB, {ingest['size_px']} pixels a side{fit}; the same "
        "for training, evaluation and prediction."
    )


def tell_damage(evidence: Evidence) -> Answer:
    """What became of images and values that are missing or unreadable."""
    checks = {"unreadable_image", "missing_image", "missing_metadata"} & set(evidence.audit.get("checks_run", ()))
    if not checks:
        return partly("The audit of the data was not recorded.")
    found = {finding["check"]: finding["count"] for finding in evidence.audit.get("findings", ())}
    counts = ", ".join(f"{plain_name(check).lower()} {count_text(found.get(check, 0))}" for check in sorted(checks))
    return filled(f"Data, Findings: {counts}. No value is made up: the model sees pixels only.")


def tell_partition(evidence: Evidence) -> Answer:
    """How images were divided, and that nothing crosses the splits."""
    counts = _told({split: sum(row.get(split, 0) for row in evidence.class_table) for split in _SPLITS})
    leak = evidence.leak
    if evidence.protocol == AFTER_AUGMENTATION:
        return partly(f"Leak: images were divided after copies were made, which leaks ({counts}); divide before.")
    if "test_images" not in leak:
        return partly("It was not measured whether images of a split have relatives in training.")
    related = sum(leak.get(f"{split}_with_relative_in_training", 0) for split in ("validation", "calibration", "test"))
    if related:
        return partly(f"Leak: {count_text(related)} images have a relative in training ({counts}).")
    return filled(
        f"Leak and Configuration, split: divided by patient, lesion and like image before any copy ({counts}); "
        "0 images with a relative in training."
    )


def tell_independence(evidence: Evidence) -> Answer:
    """At which level the splits are apart: image, lesion or patient."""
    answer = tell_partition(evidence)
    level = [name for name in ("patients", "lesions") if evidence.cohort.get(name)]
    if answer.state != "filled" or level:
        return answer
    return partly(
        f"{answer.text} The data name neither patients nor lesions, so only like images are known to belong together."
    )


def tell_classes(evidence: Evidence) -> Answer:
    """How many images each diagnosis has, before and after balancing."""
    if not evidence.class_table:
        return partly("The counts by diagnosis were not recorded.")
    before, after = (sum(row[key] for row in evidence.class_table) for key in ("train", "train_after_balance"))
    mode = _section(evidence, "balance").get("mode", "–")
    text = f"Data, Diagnoses: training images {count_text(before)} before, {count_text(after)} after balancing ({mode})"
    return (
        filled(f"{text}; validation, calibration and test are as they were found.")
        if _unmixed(evidence)
        else (partly(f"{text}; validation holds copies too."))
    )


def tell_copies(evidence: Evidence) -> Answer:
    """Which images are made by us."""
    if not evidence.class_table:
        return partly("The counts of images were not recorded.")
    copies = sum(row["train_after_balance"] - row["train"] for row in evidence.class_table)
    names = [entry["name"] for entry in _section(evidence, "balance").get("operations", ()) if "name" in entry]
    if not copies:
        return filled("None: no copy was made.")
    return filled(
        f"Data, Augmented copies: {count_text(copies)} copies of training images by "
        f"{', '.join(names) or 'Augmentor'}; "
        "each names its parent and its seed."
    )


def tell_artifacts(evidence: Evidence) -> Answer:
    """Rulers, dark corners and other traces of the instrument in the pictures."""
    known = evidence.audit.get("figures", {}).get("source_confound", {})
    figure = known.get("balanced_accuracy")
    if not figure:
        return partly("Whether traces of the instrument tell the diagnosis was not measured.")
    return partly(
        f"Data, Source confound: from {', '.join(known['properties'])} alone the diagnosis is guessed with a balanced "
        f"accuracy of {figure['value']:.3f} (chance {known['chance']:.3f}). Hair, ink and bandages are not described."
    )


def tell_shares(evidence: Evidence) -> Answer:
    """How much of the set is used for what."""
    used = sum(row[split] for row in evidence.class_table for split in _SPLITS)
    test = evidence.split("test").get("n", 0)
    if not used or not test:
        return partly("There is no test split, or no count of it.")
    share = share_text(test / used)
    return partly(
        f"Data, Diagnoses: {count_text(used)} images, {share} of them test. No size was calculated beforehand."
    )


def tell_sizes(evidence: Evidence) -> Answer:
    """How many images each split has."""
    counts = {split: sum(row.get(split, 0) for row in evidence.class_table) for split in _SPLITS}
    told = f"Data, Diagnoses: {_told(counts)}."
    return filled(told) if all(counts[split] for split in ("train", "validation", "test")) else partly(told)


def tell_kinds(evidence: Evidence) -> Answer:
    """Which kind of pictures they are."""
    kinds = evidence.cohort.get("image_type", {})
    if not kinds:
        return partly("The data do not say of which kind the pictures are; name it.")
    known, images = sum(kinds.values()), evidence.cohort["images"]
    told = f"Data, Whom they show: {', '.join(f'{kind} {count_text(count)}' for kind, count in kinds.items())}."
    return filled(told) if known == images else partly(f"{told} Not known of {count_text(images - known)}.")


def tell_metadata_use(evidence: Evidence) -> Answer:
    """Whether what is known of patients can bias the model."""
    groups = evidence.split("test").get("subgroups", {})
    measured = "; figures by group under Results, Subgroups" if groups else "; no figures by group"
    return partly(f"The model is given pixels only, no data of patients{measured}. Discuss who is missing in the data.")


def _unmixed(evidence: Evidence) -> bool:
    return evidence.protocol != AFTER_AUGMENTATION


def _section(evidence: Evidence, name: str) -> Mapping[str, Any]:
    section: Mapping[str, Any] = evidence.config.get(name, {})
    return section


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count_text(count)}" for name, count in counts.items())


def _count(number: int, noun: str) -> str:
    return f"{count_text(number)} {noun}{'' if number == 1 else 's'}"
