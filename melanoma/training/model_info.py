"""What a model file says about itself, read without Keras, after its members have been checked.

A `.keras` file is a ZIP archive of three members. Ours say in `metadata.json`, under the key `melanoma`, what a picture
must go through before the network sees it and what the network's numbers mean. Nothing there changes from one run to
the next where the training is the same: equal weights stay equal bytes.
"""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from melanoma.config.ingest import Fit
from melanoma.config.metadata import MetadataField
from melanoma.errors import ModelError
from melanoma.training.metadata import ENCODING

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
KEY = "melanoma"
STATEMENT = "Research software, not a medical device."
CLASSES_BESIDE = "classes.json"
_MEMBERS = {CONFIG, METADATA, WEIGHTS}
_SAFE_MODULES = ("keras", "builtins", "melanoma.")
_MAX_TEXT_BYTES = 1 << 26


class ModelInfo(BaseModel):
    """What a model is.

    Attributes:
        classes: Diagnoses in the order of the logits.
        size_px: Side of the square picture that it takes, in pixels.
        fit: How a picture becomes that square, as in ``ingest.fit``.
        network: The name of its network.
        method: How it was trained: ``scratch``, ``head`` or ``finetune``.
        training_data: The digest of the examples that it was trained and chosen on.
        metadata: The fields that it takes beside the picture, in order; none in the files of earlier versions.
        metadata_encoding: How they become numbers; see `melanoma.training.metadata`.
        statement: What it is not.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    classes: tuple[str, ...] = Field(min_length=1)
    size_px: int = Field(ge=1)
    fit: Fit
    network: str
    method: str
    training_data: str | None = None
    metadata: tuple[MetadataField, ...] = ()
    metadata_encoding: int = ENCODING
    statement: str = STATEMENT


def read_info(path: Path) -> ModelInfo:
    """Check a model file's members and read what it says about itself.

    Args:
        path: A `.keras` file. One that says nothing is read if `classes.json` stands beside it, as in the artifacts of
            earlier versions, which knew one fit only.

    Returns:
        The record.

    Raises:
        ModelError: If it is no model file, not one of ours, or could carry code.
    """
    config, metadata = (_parse(path, name, content) for name, content in _read_texts(path).items())
    _refuse_code(path, config)
    if KEY not in metadata:
        return _info_beside(path, config)
    try:
        info = ModelInfo.model_validate(metadata[KEY])
    except ValidationError as problem:
        place = ".".join(str(part) for part in problem.errors()[0]["loc"])
        raise ModelError(f"{path}: its record is not valid at {place or 'its top'}; {_REMEDY}") from problem
    if info.metadata and info.metadata_encoding != ENCODING:
        raise ModelError(
            f"{path}: takes metadata in encoding {info.metadata_encoding}, and this version of melanoma has encoding "
            f"{ENCODING}; use the version that trained it, or train it again"
        )
    return info


_REMEDY = "give the model.keras of a finished run"


def _read_texts(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(path, archive)
            return {name: archive.read(name) for name in (CONFIG, METADATA)}
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as problem:
        raise ModelError(f"{path}: not a .keras file; {_REMEDY}") from problem


def _check_members(path: Path, archive: zipfile.ZipFile) -> None:
    """Refuse what is not there, what is too much, and what could swell: ours are stored as they are."""
    members = archive.namelist()
    if set(members) != _MEMBERS or len(members) != len(_MEMBERS):
        wrong = ", ".join(sorted(set(members) ^ _MEMBERS)) or "a member twice"
        raise ModelError(f"{path}: holds {wrong} out of place; it is not one of ours")
    for info in archive.infolist():
        too_long = info.filename != WEIGHTS and info.file_size > _MAX_TEXT_BYTES
        if info.compress_type != zipfile.ZIP_STORED or too_long:
            raise ModelError(f"{path}: its {info.filename} is not stored as we store it; {_REMEDY}")


def _parse(path: Path, name: str, content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as problem:
        raise ModelError(f"{path}: its {name} is no JSON; {_REMEDY}") from problem
    if not isinstance(document, dict):
        raise ModelError(f"{path}: its {name} is no record; {_REMEDY}")
    return document


def _refuse_code(path: Path, config: object) -> None:
    """Refuse layers that carry code, and classes and functions that are neither Keras' nor ours."""
    for part in _records(config):
        module, name = part.get("module"), part.get("class_name")
        if name in {"Lambda", "__lambda__"}:
            raise ModelError(f"{path}: holds a {name} layer, which carries code; {_REMEDY}")
        if isinstance(module, str) and isinstance(name, str) and not module.startswith(_SAFE_MODULES):
            raise ModelError(f"{path}: needs {module}.{name}, which is not part of this project; {_REMEDY}")


def _records(value: object) -> Iterator[dict[str, Any]]:
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)


def _info_beside(path: Path, config: dict[str, Any]) -> ModelInfo:
    """Put the record of a file of an earlier version together."""
    try:
        classes = json.loads((path.parent / CLASSES_BESIDE).read_text(encoding="utf-8"))
        size_px = next(part["batch_shape"] for part in _records(config) if part.get("batch_shape"))[1]
        return ModelInfo(classes=classes, size_px=size_px, fit="squash", network=_name_of(config), method="scratch")
    except (OSError, ValueError, LookupError, StopIteration, TypeError) as problem:
        message = f"{path}: does not say which diagnoses it knows, and has no {CLASSES_BESIDE} beside it; {_REMEDY}"
        raise ModelError(message) from problem


def _name_of(config: dict[str, Any]) -> str:
    return str(config["config"]["name"])
