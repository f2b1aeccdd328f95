"""Write predictions row by row, as CSV, as JSON, or in the form of the ISIC challenges."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from melanoma.data.challenge_form import challenge_columns
from melanoma.data.image_ids import id_of
from melanoma.data.isic_archive.csv_cells import guard_cell
from melanoma.evaluation.operating_point import DIAGNOSIS
from melanoma.evaluation.prediction_sets import hold_classes
from melanoma.training.predict import PROBABILITY

Form: TypeAlias = Literal["csv", "json", "isic"]
Probabilities = NDArray[np.float64]
IMAGE = "image"


@dataclass(frozen=True)
class RowMaker:
    """Makes the rows of one table.

    Attributes:
        classes: The diagnoses of the probabilities.
        threshold: From which melanoma probability on the decision is melanoma; None where no run has frozen one.
        least: From which probability on each diagnosis belongs to the prediction set, float64 [classes]; likewise.
    """

    classes: Sequence[str]
    threshold: float | None = None
    least: Probabilities | None = None

    def plain(self, image: str, probabilities: Probabilities) -> dict[str, Any]:
        """Return one image's row: a probability per class, the most probable one, and the decision and set if any."""
        by_class = dict(zip(self.classes, probabilities.tolist(), strict=True))
        row: dict[str, Any] = {IMAGE: image} | {f"{PROBABILITY}{name}": chance for name, chance in by_class.items()}
        row["predicted"] = self.classes[int(probabilities.argmax())]
        if self.threshold is not None:
            row["melanoma_probability"] = by_class[DIAGNOSIS]
            row["melanoma_decision"] = by_class[DIAGNOSIS] >= self.threshold
        if self.least is not None:
            held = hold_classes(probabilities, self.least)
            row["prediction_set"] = [name for name, is_held in zip(self.classes, held, strict=True) if is_held]
        return row

    def challenge(self, image: str, probabilities: Probabilities) -> dict[str, Any]:
        """Return one image's row in the challenge's form, under the image's id."""
        by_class = dict(zip(self.classes, probabilities.tolist(), strict=True))
        columns = challenge_columns(self.classes)
        return {IMAGE: id_of(image)} | {code: sum(by_class[name] for name in of) for code, of in columns.items()}


def repeated_id(names: Iterable[str]) -> str | None:
    """Return an id that two of the images bear, which the challenge's form could not tell apart."""
    seen: set[str] = set()
    for name in names:
        own = id_of(name)
        if own in seen:
            return own
        seen.add(own)
    return None


def write_csv(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows, all with the same columns, as CSV; no cell is one that a spreadsheet would run."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        for number, row in enumerate(rows):
            if number == 0:
                writer.writerow([guard_cell(name) for name in row])
            writer.writerow([_cell(value) for value in row.values()])


def write_json_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows as one JSON array, a row to a line."""
    with path.open("w", encoding="utf-8") as stream:
        stream.write("[")
        for line in _separated(json.dumps(row, ensure_ascii=False, allow_nan=False) for row in rows):
            stream.write(line)
        stream.write("\n]\n")


def _separated(lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield f"{',' if number else ''}\n{line}"


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return ""
    if isinstance(value, list):
        return guard_cell("; ".join(value))
    return f"{value:.8f}" if isinstance(value, float) else guard_cell(str(value))
