"""Write a trained model in a form that other programs run, once it has been shown to give the same probabilities."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from melanoma.data.synthetic.picture import Subject, draw_picture
from melanoma.data.synthetic.traits import DIAGNOSES
from melanoma.errors import ModelError, UsageError
from melanoma.fingerprint import digest_file
from melanoma.stages.found_model import FoundModel

TOLERANCE = 1e-4  # of a probability
_SUFFIX = ".tflite"


@dataclass(frozen=True)
class ExportOrder:
    """What to export, and the file to write."""

    model: FoundModel
    out: Path

    @property
    def record(self) -> Path:
        """The JSON file beside it, which says what goes in and what the numbers mean."""
        return self.out.with_suffix(".json")


def check_order(order: ExportOrder) -> None:
    """Find out what is wrong with an order before anything is started.

    Raises:
        UsageError: If the file cannot be written where it is asked for.
    """
    if order.out.suffix != _SUFFIX:
        raise UsageError(f"--out {order.out}: a LiteRT file ends in {_SUFFIX}; give such a name")
    if order.out.is_dir() or not order.out.absolute().parent.is_dir():
        raise UsageError(f"--out {order.out}: not a file in a folder that exists; make the folder first")


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
    from melanoma.models.litert import convert_to_litert, run_litert
    from melanoma.training.model_file import load_model
    from melanoma.training.predict import softmax

    check_order(order)
    network = in_float32(load_model(order.model.path).network)
    images = sample_pictures(order.model.info.size_px)
    content = convert_to_litert(network)
    expected = softmax(KerasForward(network, "the file is compared with it")(images).astype(np.float64))
    gap = require_parity(run_litert(content, images), expected, order.out)
    return _write(order, content, {"images": len(images), "largest_difference": gap, "tolerance": TOLERANCE})


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


def _write(order: ExportOrder, content: bytes, parity: dict[str, Any]) -> dict[str, Any]:
    """Write both files under other names, then rename them into place."""
    fresh = order.out.with_name(f".{order.out.name}.partial")
    described = order.record.with_name(f".{order.record.name}.partial")
    try:
        fresh.write_bytes(content)
        size_px = order.model.info.size_px
        record = {
            "format": "litert",
            "file": order.out.name,
            "file_sha256": digest_file(fresh),
            "input": {"name": "image", "type": "float32", "shape": [1, size_px, size_px, 3], "range": [0, 255]},
            "output": {"name": "probabilities", "type": "float32", "shape": [1, len(order.model.info.classes)]},
            "parity": parity,
            "model": order.model.describe(),
        }
        described.write_text(json.dumps(record, indent=1, ensure_ascii=False), encoding="utf-8")
        fresh.replace(order.out)
        described.replace(order.record)
    finally:
        fresh.unlink(missing_ok=True)
        described.unlink(missing_ok=True)
    return {**record, "out": str(order.out), "record": str(order.record)}
