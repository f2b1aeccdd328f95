"""Planted defects: files that a careful audit must find.

Each is a copy of a picture's bytes filed under a new name, but for one kind: another view of a Test picture's lesion.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from melanoma.config.synthetic import SyntheticConfig
from melanoma.data.synthetic.plan import Picture, isic_id
from melanoma.data.synthetic.traits import DIAGNOSES
from melanoma.seeding import derive_seed, generator

TRUNCATED = "truncated_files"


@dataclass(frozen=True)
class Defect:
    """One planted file.

    Attributes:
        kind: The count's name in `SyntheticConfig`.
        source: The picture whose bytes it has, or whose lesion it shows.
        planted: The file; its lesion, patient and metadata are the source's.
    """

    kind: str
    source: Picture
    planted: Picture

    @property
    def is_drawn(self) -> bool:
        """Whether it is a picture of its own and no copy."""
        return self.planted.subject != self.source.subject

    def bytes_of(self, source_bytes: bytes) -> bytes:
        """Return the planted file's bytes: all of the source's, or the first three quarters for a truncated file."""
        return source_bytes[: 3 * len(source_bytes) // 4] if self.kind == TRUNCATED else source_bytes


def plant_defects(pictures: Sequence[Picture], config: SyntheticConfig) -> tuple[Defect, ...]:
    """Choose the planted files; no picture is the source of two.

    Args:
        pictures: The planned pictures.
        config: How many of each kind, and the seed.

    Returns:
        The defects, kind by kind.
    """
    order = generator(config.seed, "defects").permutation(len(pictures))
    left = {split: [pictures[i] for i in order if pictures[i].split == split] for split in ("Train", "Test")}
    defects: list[Defect] = []
    for kind, (split, refile) in KINDS.items():
        for _ in range(getattr(config, kind)):
            source = left[split].pop()
            name = isic_id(len(pictures) + len(defects), config.seed)
            defects.append(Defect(kind, source, replace(refile(source), isic_id=name)))
    return tuple(defects)


def _same_place(source: Picture) -> Picture:
    return source


def _into_the_mimics_folder(source: Picture) -> Picture:
    return replace(source, label=DIAGNOSES[source.label].mimics[0])


def _into_train(source: Picture) -> Picture:
    return replace(source, split="Train")


def _into_train_from_another_view(source: Picture) -> Picture:
    """Show the lesion as Train's pictures are taken: held another way, by the usual camera."""
    view_seed = derive_seed(source.subject.view_seed, "another view")
    return replace(source, split="Train", subject=replace(source.subject, view_seed=view_seed, camera=0))


KINDS: Mapping[str, tuple[str, Callable[[Picture], Picture]]] = {
    "exact_duplicates": ("Train", _same_place),
    "label_conflicts": ("Train", _into_the_mimics_folder),
    TRUNCATED: ("Train", _same_place),
    "test_images_in_train": ("Test", _into_train),
    "test_lesions_in_train": ("Test", _into_train_from_another_view),
}
