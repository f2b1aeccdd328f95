"""Write a trained model in a form that other programs run, once it has been shown to give the same probabilities."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from melanoma.data.sites import SITES
from melanoma.data.synthetic.picture import Subject, draw_picture
from melanoma.data.synthetic.traits import DIAGNOSES
from melanoma.errors import ModelError, UsageError
from melanoma.fingerprint import digest_file
from melanoma.stages.export_format import ExportFormat, FormatName, choose_format
from melanoma.stages.found_model import FoundModel
from melanoma.training.metadata import columns_of, encode_metadata
from melanoma.training.model_info import ModelInfo

if TYPE_CHECKING:
    from melanoma.models.inputs import Inputs

TOLERANCE = 1e-4  # of a probability


@dataclass(frozen=True)
class ExportOrder:
    """What to export, the file to write, and its form; None: the file's name tells it."""

    model: FoundModel
    out: Path
    form: FormatName | None = None

    @property
    def record(self) -> Path:
        """The JSON file beside it, which says what goes in and what the numbers mean."""
        return self.out.with_suffix(".json")


def check_order(order: ExportOrder) -> ExportFormat:
    """Find out what is wrong with an order before anything is started.

    Returns:
        The form that the file gets.

    Raises:
        UsageError: If the file cannot be written where it is asked for, or in that form.
    """
    form = choose_format(order.out, order.form)
    if order.out.is_dir() or not order.out.absolute().parent.is_dir():
        raise UsageError(f"--out {order.out}: not a file in a folder that exists; make the folder first")
    return form


def export_model(order: ExportOrder) -> dict[str, Any]:
    """Convert a model, compare both on drawn pictures, and write the file and its record.

    Args:
        order: Which, and where to.

    Returns:
        The record, with ``out`` and ``record``, where they are.

    Raises:
        UsageError: If the order cannot be carried out.
        ModelError: If the model cannot be read, or the file would give other probabilities; nothing is then left.
    """
    from melanoma.models.forward import in_float32
    from melanoma.models.keras_forward import KerasForward
    from melanoma.training.model_file import load_model
    from melanoma.training.predict import softmax

    form = check_order(order)
    converter = form.load()
    network = in_float32(load_model(order.model.path).network)
    inputs = sample_inputs(order.model.info)
    content = converter.convert(network)
    expected = softmax(KerasForward(network, "the file is compared with it")(inputs).astype(np.float64))
    gap = require_parity(converter.run(content, inputs), expected, order.out)
    parity = {"images": len(expected), "largest_difference": gap, "tolerance": TOLERANCE}
    ends = describe_ends(order.model.info, converter.IMAGES_AT_ONCE)
    return _write(order, content, {"format": form.name, **ends, "parity": parity, "model": order.model.describe()})


def sample_inputs(info: ModelInfo) -> "Inputs":
    """Return what both are shown: `sample_pictures`, with metadata that differ where the model takes any."""
    from melanoma.models.inputs import pair_inputs

    pictures = sample_pictures(info.size_px)
    count = len(pictures)
    people = pd.DataFrame(
        {
            "age_approx": [None, *np.linspace(0, 85, count - 1)],
            "sex": ([None, "female", "male"] * count)[:count],
            "anatom_site_general": ([None, *sorted(SITES)] * count)[:count],
        }
    )
    inputs: Inputs = pair_inputs(pictures, encode_metadata(people, info.metadata))
    return inputs


def describe_ends(info: ModelInfo, images: int | None) -> dict[str, Any]:
    """Say what a file takes and gives.

    Args:
        info: What the model says about itself.
        images: How many it takes at once; None: any number, which a shape calls ``n``.
    """
    count, side = images or "n", info.size_px
    image = {"name": "image", "type": "float32", "shape": [count, side, side, 3], "range": [0, 255]}
    columns = columns_of(info.metadata)
    known = {"name": "metadata", "type": "float32", "shape": [count, len(columns)], "columns": columns}
    output = {"name": "probabilities", "type": "float32", "shape": [count, len(info.classes)]}
    return {"inputs": [image, *([known] if columns else [])], "output": output}


def sample_pictures(size_px: int) -> NDArray[np.uint8]:
    """Return a drawn picture of each diagnosis that we draw, and one of noise: uint8, [n, size, size, 3]."""
    drawn = [draw_picture(Subject(name, code, code, code), size_px) for code, name in enumerate(DIAGNOSES)]
    noise = np.random.default_rng(0).integers(0, 256, (size_px, size_px, 3), dtype=np.uint8)
    return np.stack([*drawn, noise])


def require_parity(actual: NDArray[np.floating], expected: NDArray[np.float64], out: Path) -> float:
    """Return the largest difference of two tables of probabilities, [n, classes].

    Raises:
        ModelError: If it is more than `TOLERANCE`, or no number.
    """
    gap = float(np.abs(actual - expected).max())
    if not gap <= TOLERANCE:
        raise ModelError(f"{out}: its probabilities differ from the model's by {gap:.1e}; nothing was written")
    return gap


def _write(order: ExportOrder, content: bytes, said: dict[str, Any]) -> dict[str, Any]:
    """Write both files under other names, then rename them into place."""
    fresh = order.out.with_name(f".{order.out.name}.partial")
    described = order.record.with_name(f".{order.record.name}.partial")
    try:
        fresh.write_bytes(content)
        record = {"file": order.out.name, "file_sha256": digest_file(fresh), **said}
        described.write_text(json.dumps(record, indent=1, ensure_ascii=False), encoding="utf-8")
        fresh.replace(order.out)
        described.replace(order.record)
    finally:
        fresh.unlink(missing_ok=True)
        described.unlink(missing_ok=True)
    return {**record, "out": str(order.out), "record": str(order.record)}
