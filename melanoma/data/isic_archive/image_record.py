"""What the archive's API says about one image, checked before anything is done with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, ValidationError

from melanoma.data.listing import IMAGE_SUFFIXES

_MAX_IMAGE_BYTES = 2**30
_MAX_SHOWN_LETTERS = 100


@dataclass(frozen=True)
class Failure:
    """An image that was asked for and is not there, and why."""

    isic_id: str
    reason: str


@dataclass(frozen=True)
class ImageRecord:
    """One image of the archive.

    Attributes:
        isic_id: ``ISIC_`` and seven digits; safe in a path.
        url: Where its file is.
        size: The file's length in bytes.
        copyright_license: The licence's name, such as ``CC-BY-NC``; safe in a path.
        attribution: Whom to name.
        metadata: Acquisition and clinical fields under the archive's names.
    """

    isic_id: str
    url: str
    size: int
    copyright_license: str
    attribution: str
    metadata: Mapping[str, Any]

    @property
    def file_name(self) -> str:
        """The name of its file: the id, with the suffix that the address has."""
        suffix = PurePosixPath(urlsplit(self.url).path).suffix.lower()
        return self.isic_id + (suffix if suffix in IMAGE_SUFFIXES else ".jpg")


def read_record(entry: object) -> ImageRecord | Failure:
    """Read one image of an answer.

    Args:
        entry: The JSON value that stands for it.

    Returns:
        The record, or why there is none.
    """
    try:
        read = _Entry.model_validate(entry)
        return ImageRecord(
            isic_id=read.isic_id,
            url=read.files.full.url,
            size=read.files.full.size,
            copyright_license=read.copyright_license,
            attribution=read.attribution,
            metadata={**read.metadata.acquisition, **read.metadata.clinical},
        )
    except ValidationError as problem:
        first = problem.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"]))
        return Failure(_claimed_id(entry), f"its record is not as expected: {field}: {first['msg']}")


class _File(BaseModel):
    url: Annotated[str, Field(pattern=r"^(?i:https?)://[^/\s]")]
    size: Annotated[int, Field(strict=True, ge=1, le=_MAX_IMAGE_BYTES)]


class _Files(BaseModel):
    full: _File


class _Metadata(BaseModel):
    acquisition: dict[str, Any] = {}
    clinical: dict[str, Any] = {}


class _Entry(BaseModel):
    """The fields of the API's ``ImageOut`` that we use."""

    isic_id: Annotated[str, Field(pattern=r"^ISIC_[0-9]{7}$")]
    copyright_license: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,39}$")]
    attribution: str
    files: _Files
    metadata: _Metadata


def _claimed_id(entry: object) -> str:
    """Return what an entry says that its id is, fit for a terminal."""
    claimed = entry.get("isic_id") if isinstance(entry, dict) else None
    if not isinstance(claimed, str):
        return "(none)"
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in claimed[:_MAX_SHOWN_LETTERS])
