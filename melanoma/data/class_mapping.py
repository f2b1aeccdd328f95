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
    found = sorted(set(diagnoses))
    nearest = {name: _nearest(name, classes) for name in found}
    direct = {name: names[0] for name, names in nearest.items() if len(names) == 1}
    unmapped = {name: f"can be {' or '.join(names)}" for name, names in nearest.items() if len(names) > 1}
    joined: dict[str, set[str]] = {}
    coarse = {name: {known for known in classes if name in coarser_names(known)} for name in found if not nearest[name]}
    of_data = dict(direct)
    for name, covered in sorted(coarse.items(), key=lambda entry: -len(entry[1])):
        above = next((above for above, names in joined.items() if covered and covered <= names), None)
        reason = _why_not_joined(name, covered, classes, set(direct.values()))
        if above:
            of_data[name] = above
        elif reason:
            unmapped[name] = reason
        else:
            joined[name] = covered
            of_data[name] = name
    of_model = {known: next((name for name, names in joined.items() if known in names), known) for known in classes}
    return ClassMapping(tuple(dict.fromkeys(of_model.values())), of_model, of_data, dict(sorted(unmapped.items())))


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
