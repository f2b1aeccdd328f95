"""Which images of a labelled set a model is tested on: those with a name in common that it has not met."""

from dataclasses import dataclass

import pandas as pd

from melanoma.data.class_mapping import ClassMapping, map_classes
from melanoma.data.grouping import group_images
from melanoma.data.known_images import find_known
from melanoma.errors import ModelError, SourceError
from melanoma.evaluation.check_predictions import FEWEST_IMAGES
from melanoma.evaluation.evaluate import EXTERNAL
from melanoma.stages.job import Summary
from melanoma.stages.model_test import ModelTest


@dataclass(frozen=True)
class ExternalSet:
    """The images to score, and what became of the others.

    Attributes:
        rows: Of the manifest, with the common name as ``diagnosis`` and the set's own as ``own_diagnosis``.
        mapping: How the set's and the model's diagnoses were brought together.
        data: What the record says of the set.
    """

    rows: pd.DataFrame
    mapping: ClassMapping
    data: Summary


def choose_images(manifest: pd.DataFrame, test: ModelTest) -> ExternalSet:
    """Map diagnoses, and part the images that the model has met from those that it has not.

    Args:
        manifest: Ingest's.
        test: The model, and whether images that it has met stay in.

    Returns:
        The images to score.

    Raises:
        ModelError: If none is left, or all are of one diagnosis.
        SourceError: If too few are left.
    """
    own = manifest["diagnosis"]
    mapping = map_classes(own.unique(), test.model.info.classes)
    rows = manifest.assign(own_diagnosis=own, diagnosis=own.map(dict(mapping.of_data)), split=EXTERNAL, parent_id=None)
    rows["group_id"] = group_images(rows)
    mapped = rows[rows["diagnosis"].notna()]
    known = _known(mapped, test)
    kept = mapped if test.keep_known else mapped[known.isna()]
    _require_enough(kept, mapped, test, mapping)
    data = _describe(kept["diagnosis"], own, mapping) | {
        "known": {str(how): int(n) for how, n in known.value_counts().items()},
        "known_are_kept": test.keep_known,
        "known_can_be_told": test.model.manifest is not None,
    }
    return ExternalSet(kept.reset_index(drop=True), mapping, data | {"notes": _notes(data)})


def _known(rows: pd.DataFrame, test: ModelTest) -> "pd.Series[str]":
    manifest = test.model.manifest
    if manifest is None:
        return pd.Series(None, index=rows.index, dtype="object")
    return find_known(rows, pd.read_parquet(manifest, columns=["split", "sha256", "pixel_sha256", "isic_id"]))


def _require_enough(kept: pd.DataFrame, mapped: pd.DataFrame, test: ModelTest, mapping: ClassMapping) -> None:
    """Refuse a set on which no figure would say anything."""
    if mapped.empty:
        names = ", ".join(sorted(mapping.unmapped))
        raise ModelError(f"no image has a diagnosis of {test.model.title}: the set has {names}; rename its folders")
    if kept.empty:
        raise ModelError(
            f"all {len(mapped)} images are among those that {test.model.title} was trained or chosen on; give others, "
            "or --keep-known to score them all the same"
        )
    if len(kept) < FEWEST_IMAGES:
        raise SourceError(f"{len(kept)} images are left to score; give {FEWEST_IMAGES} or more, or use predict")
    if kept["diagnosis"].nunique() == 1:
        only = kept["diagnosis"].iloc[0]
        raise ModelError(f"all {len(kept)} images are {only}; give images of another diagnosis too, or use predict")


def _describe(scored: "pd.Series[str]", own: "pd.Series[str]", mapping: ClassMapping) -> Summary:
    """Tell what became of each of the set's diagnoses, and of each of the model's."""
    parts = {name: [part for part, common in mapping.of_model.items() if common == name] for name in mapping.classes}
    return {
        "images": len(scored),
        "labelled": len(own),
        "mapping": [
            {
                "diagnosis": name,
                "images": int((own == name).sum()),
                "as": mapping.of_data.get(name),
                "left_out_because": mapping.unmapped.get(name),
            }
            for name in sorted(own.unique())
        ],
        "joined": {name: joined for name, joined in parts.items() if joined != [name]},
        "absent_classes": [name for name in mapping.classes if name not in set(scored)],
    }


def _notes(data: Summary) -> list[str]:
    """Say in words what was done with the set."""
    lines = [f"{part['diagnosis']}: {part['images']:,} images, {_fate(part)}" for part in data["mapping"]]
    lines += [f"{name} joins the model's {', '.join(parts)}" for name, parts in data["joined"].items()]
    if data["absent_classes"]:
        lines.append(f"the set has no image of {', '.join(data['absent_classes'])}; means are over the others")
    if data["known"]:
        what = "kept all the same" if data["known_are_kept"] else "left out"
        how = ", ".join(f"{count:,} as {words}" for words, count in data["known"].items())
        lines.append(f"{sum(data['known'].values()):,} images were there when the model was made ({how}): {what}")
    if not data["known_can_be_told"]:
        lines.append("whether the model was trained on some of these images cannot be told: it comes without its run")
    return lines


def _fate(part: Summary) -> str:
    if part["as"] is None:
        return f"left out: {part['left_out_because']}"
    return "scored" if part["as"] == part["diagnosis"] else f"scored as {part['as']}"
