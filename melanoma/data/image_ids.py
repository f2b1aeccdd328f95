"""Which row of a table a file belongs to: ids as publishers, downloads and file systems write them."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from melanoma.data.listing import IMAGE_SUFFIXES, isic_id_of

_DECORATION = re.compile(r"(\s*\(\d+\)|_downsampled)+$", re.IGNORECASE)
_COMPANION = re.compile(r"_(superpixels|segmentation|attribute_\w+|mask)(\.\w+)?$", re.IGNORECASE)


@lru_cache(maxsize=1 << 19)  # a table's ids and the files' names are read several times each
def id_of(name: str) -> str:
    """Return the id in a file's name or in a table's cell: its ISIC id, or the name without folder and suffix.

    Examples:
        >>> id_of("a/ISIC_0000074_downsampled.jpg"), id_of("b/PAT_8.png"), id_of("PAT_8")
        ('ISIC_0000074', 'PAT_8', 'PAT_8')
    """
    file = name.strip().rpartition("/")[2]
    stem, dot, suffix = file.rpartition(".")
    return isic_id_of(file) or (stem if stem and f"{dot}{suffix}".lower() in IMAGE_SUFFIXES else file)


def is_companion(name: str) -> bool:
    """Return whether a file is a mask or map that publishers put beside an image, under the image's id."""
    file = name.rpartition("/")[2]
    has_ending = file.count("_") > file.startswith("ISIC_")  # spares most names the search
    return has_ending and bool(_COMPANION.search(file))


def fold_id(name: str) -> str:
    """Return what ids have in common that differ only in case or Unicode form."""
    return name.lower() if name.isascii() else unicodedata.normalize("NFC", name).casefold()


def match_ids(names: Sequence[str], known: Iterable[str]) -> list[str | None]:
    """Find the id of each file among those that a table knows.

    Args:
        names: Files' names.
        known: The table's ids, as `id_of` gives them.

    Returns:
        For each file the known id that its name carries, that it carries without a copy's ``(1)`` or ``_downsampled``,
        or the only one that differs from it in nothing but case or Unicode form; otherwise None, as for companions.
    """
    ids = set(known)
    wanted = [None if is_companion(name) else id_of(name) for name in names]
    folded = _by_fold(ids) if any(name not in ids for name in wanted if name) else {}
    return [name if name is None or name in ids else _match(name, ids, folded) for name in wanted]


def similar_ids(ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the ids of which others differ only in case or Unicode form, each with those others, sorted."""
    alike = [together for together in _by_fold(ids).values() if len(together) > 1]
    return {name: tuple(sorted(together - {name})) for together in alike for name in sorted(together)}


def _by_fold(ids: Iterable[str]) -> dict[str, set[str]]:
    folded: dict[str, set[str]] = {}
    for name in ids:
        folded.setdefault(fold_id(name), set()).add(name)
    return folded


def _match(name: str, ids: set[str], folded: dict[str, set[str]]) -> str | None:
    plain = _DECORATION.sub("", name)
    if plain in ids:
        return plain
    alike = folded.get(fold_id(name)) or folded.get(fold_id(plain)) or set()
    return next(iter(alike)) if len(alike) == 1 else None
