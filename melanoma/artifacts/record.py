"""What the store knows about one artifact, and how its key is made."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

from melanoma.fingerprint import digest_value

JSON: TypeAlias = Any  # a document of any shape
MANIFEST = "manifest.json"
FORMAT = 1


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the content of an artifact.

    Attributes:
        stage: The stage's name, such as ``train``.
        ingredients: JSON values by name: schema version, source, config, inputs, libraries, seed.
    """

    stage: str
    ingredients: Mapping[str, Any]

    @cached_property
    def key(self) -> str:
        """The sha256 of the stage's name and its ingredients."""
        return digest_value({"stage": self.stage, **self.ingredients})


@dataclass(frozen=True)
class StoredFile:
    """One file of an artifact: its name relative to the artifact's folder, its size in bytes and its sha256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Part:
    """Another artifact that this one refers to, such as a shard of pixels."""

    stage: str
    key: str
    digest: str


@dataclass(frozen=True)
class Artifact:
    """A stage's verified result. Small: pixels, tables and models stay in its folder.

    Attributes:
        stage: The stage that made it.
        key: The key of its recipe.
        digest: The sha256 of its files' names and contents and of its parts; two equal digests mean equal content.
        folder: Where its files are.
        parts: The artifacts that it refers to.
        summary: What a person wants to know about it: counts and short texts.
        made_by: The run, the task run and the seconds that made it.
    """

    stage: str
    key: str
    digest: str
    folder: Path
    parts: tuple[Part, ...] = ()
    summary: Mapping[str, Any] = field(default_factory=dict)
    made_by: Mapping[str, Any] = field(default_factory=dict)

    def path(self, name: str) -> Path:
        """Return where one of its files is."""
        return self.folder / name

    def part_folder(self, part: Part) -> Path:
        """Return where an artifact that it refers to is: beside it in the same store."""
        return self.folder.parents[1] / part.stage / part.key

    def read_json(self, name: str) -> JSON:
        """Read one of its JSON files."""
        return json.loads(self.path(name).read_text())


@dataclass(frozen=True)
class Made:
    """What a builder leaves beside its files.

    Attributes:
        summary: Counts and short texts for people.
        parts: The artifacts that the files refer to.
        made_by: Who made it, and in how many seconds.
        placement: Files that only say in which parts the content is kept. The same content can be kept in other parts,
            so where there are such files, neither they nor the parts take part in the digest.
    """

    summary: Mapping[str, Any] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    made_by: Mapping[str, Any] = field(default_factory=dict)
    placement: tuple[str, ...] = ()


def content_digest(files: tuple[StoredFile, ...], parts: tuple[Part, ...]) -> str:
    """Return the digest of an artifact's content; neither its key nor its maker takes part."""
    return digest_value(
        {
            "files": sorted([file.name, file.size, file.sha256] for file in files),
            "parts": [[part.stage, part.digest] for part in parts],
        }
    )
