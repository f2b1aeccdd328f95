"""What a stage is given to work with."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from melanoma.artifacts.record import Artifact, Part
from melanoma.config.section import Section

if TYPE_CHECKING:
    import pandas as pd

SectionType = TypeVar("SectionType", bound=Section)
MaterialType = TypeVar("MaterialType")
Summary = dict[str, Any]


class Progress(Protocol):
    """Tells people how far the work is."""

    def __call__(self, text: str, share: float | None = None) -> None:
        """Tell a text, and the share that is done, in [0, 1], where it is known."""
        ...


class Material(Protocol):
    """What a stage is made from that is no artifact: a listing of files, or the plan of a shard."""

    @property
    def digest(self) -> str:
        """The sha256 of its content."""
        ...


@dataclass(frozen=True)
class PartRequest:
    """A part to be made apart from the others, such as a shard.

    Attributes:
        stage: The name of the stage that makes it.
        material: What is special to this part.
        inputs: The artifacts that it reads.
        title: What people see, such as ``shard 2 of 8``.
    """

    stage: str
    material: Material
    inputs: Mapping[str, Artifact]
    title: str


@dataclass(frozen=True)
class Job:
    """One execution of a stage.

    Attributes:
        folder: An empty folder for the result's files.
        inputs: The artifacts that it reads, by stage.
        sections: The sections of the configuration that it reads, by name.
        seed: The run's seed.
        material: What it is made from beside artifacts, if anything.
        make_parts: Makes parts side by side and returns them in order.
        progress: Is told how far the work is: a text, and the share that is done, in [0, 1], where it is known.
        clock: Gives the time in seconds, for measuring.
        earlier: Returns the whole artifacts of this stage that were made in the same way from other material.
        open_workbench: Makes and returns `workbench`.
    """

    folder: Path
    inputs: Mapping[str, Artifact]
    sections: Mapping[str, Section]
    seed: int
    material: Material | None
    make_parts: Callable[[Sequence[PartRequest]], list[Artifact]]
    progress: Progress
    clock: Callable[[], float]
    earlier: Callable[[], list[Artifact]] = list
    open_workbench: Callable[[], Path] | None = None

    @property
    def workbench(self) -> Path:
        """A folder that a killed attempt leaves to the next one of the same key; made when it is first asked for.

        Raises:
            LookupError: If the job has none.
        """
        if self.open_workbench is None:
            raise LookupError("this job has no workbench")
        return self.open_workbench()

    def section(self, kind: type[SectionType]) -> SectionType:
        """Return a section of the configuration by its type.

        Raises:
            LookupError: If the stage's table entry does not declare it; it would be missing from the key.
        """
        for section in self.sections.values():
            if isinstance(section, kind):
                return section
        raise LookupError(f"{kind.__name__} is not among the sections that the stage declares")

    def given(self, kind: type[MaterialType]) -> MaterialType:
        """Return what the stage is made from, by its type.

        Raises:
            LookupError: If it was given something else.
        """
        if not isinstance(self.material, kind):
            raise LookupError(f"expected {kind.__name__}, received {type(self.material).__name__}")
        return self.material


@dataclass(frozen=True)
class Built:
    """What a stage leaves beside its files.

    Attributes:
        summary: Counts and short texts for people; takes no part in the artifact's digest.
        parts: The artifacts that its files refer to.
        placement: Its files that only say in which parts the content is; see `melanoma.artifacts.record.Made`.
    """

    summary: Mapping[str, Any] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    placement: tuple[str, ...] = ()


def part_of(artifact: Artifact) -> Part:
    """Return the reference by which another artifact names this one."""
    return Part(artifact.stage, artifact.key, artifact.digest)


def count_rows(counts: "pd.DataFrame") -> list[Summary]:
    """Return a table of counts, indexed by diagnosis, as JSON rows."""
    return [{"diagnosis": str(name), **{str(k): int(n) for k, n in row.items()}} for name, row in counts.iterrows()]


def write_json(path: Path, value: object) -> None:
    """Write a JSON value; NaN and infinity are refused."""
    path.write_text(json.dumps(value, indent=1, allow_nan=False, ensure_ascii=False), encoding="utf-8")
