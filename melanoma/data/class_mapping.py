"""Bring the diagnoses of a set and those that a model knows to common names, by the taxonomy.

1. A diagnosis that the model knows, or that is a finer one, counts as the model's.
2. A diagnosis that joins several of the model's (HAM10000's `bkl`, or plain `benign`) joins them: the model's
   probabilities for them are added, which is what the model says about it. This needs a set that does not itself keep
   them apart, and a diagnosis that covers each of them wholly.
3. Anything else is left out, with the reason: what the right answer of the model would be cannot be said.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from melanoma.data.taxonomy import coarser_names, compatible


@dataclass(frozen=True)
class ClassMapping:
    """Which common name each diagnosis has.

    Attributes:
        classes: The common names, in the order of the model's.
        of_model: The common name of each of the model's diagnoses.
        of_data: The common name of each of the set's diagnoses that has one.
        unmapped: Why each other diagnosis of the set has none.
    """

    classes: tuple[str, ...]
    of_model: Mapping[str, str]
    of_data: Mapping[str, str]
    unmapped: Mapping[str, str]


def map_classes(diagnoses: Iterable[str], classes: Sequence[str]) -> ClassMapping:
    """Map the diagnoses of a set to those of a model.

    Args:
        diagnoses: The set's.
        classes: The model's, in the order of its probabilities.

    Returns:
        The mapping.

    Examples:
        >>> mapping = map_classes(["melanoma in situ", "bkl", "rash"], ["melanoma", "nevus"])
        >>> dict(mapping.of_data), dict(mapping.unmapped)["rash"]
        ({'melanoma in situ': 'melanoma'}, 'the model does not know it')
    """
    nearest = {name: _nearest(name, classes) for name in sorted(set(diagnoses))}
    direct = {name: names[0] for name, names in nearest.items() if len(names) == 1}
    ambiguous = {name: f"can be {' or '.join(names)}" for name, names in nearest.items() if len(names) > 1}
    joins = _join([name for name, names in nearest.items() if not names], classes, set(direct.values()))
    of_model = {known: joins.name_of(known) or known for known in classes}
    return ClassMapping(
        classes=tuple(dict.fromkeys(of_model.values())),
        of_model=of_model,
        of_data={**direct, **joins.of_data},
        unmapped=dict(sorted({**ambiguous, **joins.refused}.items())),
    )


@dataclass(frozen=True)
class _Joins:
    """Coarse names: the classes that each joins, the name that each counts as, and why others join nothing."""

    parts: Mapping[str, set[str]]
    of_data: Mapping[str, str]
    refused: Mapping[str, str]

    def name_of(self, known: str) -> str | None:
        """Return the name that one of the model's classes is joined under."""
        return next((name for name, parts in self.parts.items() if known in parts), None)


def _join(names: Sequence[str], classes: Sequence[str], kept_apart: set[str]) -> _Joins:
    """Join classes under coarse names, the coarsest first; one within a coarser one counts as that."""
    parts: dict[str, set[str]] = {}
    of_data: dict[str, str] = {}
    refused: dict[str, str] = {}
    covered = {name: {known for known in classes if name in coarser_names(known)} for name in names}
    for name in sorted(names, key=lambda name: (-len(covered[name]), name)):
        above = next((above for above in parts if covered[name] and covered[name] <= parts[above]), None)
        reason = _why_not_joined(name, covered[name], classes, kept_apart)
        if above:
            of_data[name] = above
        elif reason:
            refused[name] = reason
        else:
            parts[name] = covered[name]
            of_data[name] = name
    return _Joins(parts, of_data, refused)


def _nearest(diagnosis: str, classes: Sequence[str]) -> list[str]:
    """Return those of the classes that cover a diagnosis and that no narrower one of them stands below."""
    covering = [known for known in classes if known in coarser_names(diagnosis)]
    return [
        known for known in covering if not any(other != known and known in coarser_names(other) for other in covering)
    ]


def _why_not_joined(name: str, covered: set[str], classes: Sequence[str], kept_apart: set[str]) -> str:
    """Say why a diagnosis cannot join the classes that it covers; nothing if it can."""
    partly = sorted(known for known in classes if known not in covered and compatible(name, known))
    if partly:
        also = f"covers {', '.join(sorted(covered))} and " if covered else "is "
        return f"{also}part of what the model calls {', '.join(partly)}"
    if not covered:
        return "the model does not know it"
    if len(covered) == len(classes):
        return "covers all that the model knows"
    both = sorted(covered & kept_apart)
    return f"covers {', '.join(both)}, which the set also names by itself" if both else ""
