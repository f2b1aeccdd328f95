"""The full list of images behind each finding: for the stages after, and as a CSV that a spreadsheet opens safely."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from melanoma.validation.audit import Audit
from melanoma.validation.finding import Finding

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS = ["image_id", "group", "diagnosis", "publisher_split", "excluded", "relabelled_to", "detail"]


def list_images(audit: Audit, manifest: pd.DataFrame) -> pd.DataFrame:
    """Return every image of every finding.

    Args:
        audit: The audit.
        manifest: One row per readable image; images that are not in it have no diagnosis and no split here.

    Returns:
        ``check``, ``image_id``, ``group`` (null where the finding is about single images), ``diagnosis``,
        ``publisher_split``, ``excluded``, ``relabelled_to`` (null where its label stays) and ``detail``; images of one
        group stand beside each other.
    """
    known = manifest.set_index("image_id")[["diagnosis", "publisher_split"]]
    tables = [_list(finding, known).assign(check=check) for check, finding in audit.findings.items()]
    empty = pd.DataFrame(columns=_COLUMNS, dtype="object").assign(check="")
    joined = pd.concat(tables, ignore_index=True) if tables else empty
    return joined[["check", *_COLUMNS]].astype({"excluded": "bool"})


def for_spreadsheets(listed: pd.DataFrame) -> pd.DataFrame:
    """Return the list of one finding as its CSV holds it.

    A text that a spreadsheet would take for a formula, because it starts with ``=``, ``+``, ``-``, ``@``, a tab or a
    carriage return, gets an apostrophe before it (OWASP, CSV injection). Without groups there is no column for them.

    Args:
        listed: Rows of `list_images`.

    Returns:
        The same rows without ``check``.
    """
    columns = [name for name in _COLUMNS if name != "group" or listed["group"].notna().any()]
    return listed[columns].map(_as_text)


def groups_of(finding: Finding) -> dict[str, str]:
    """Return the group of each image that belongs together with another one, pairs joined also through a third."""
    if finding.pairs is None:
        return dict(finding.groups)
    return _join(finding.pairs) | dict(finding.groups)


def _list(finding: Finding, known: pd.DataFrame) -> pd.DataFrame:
    images = pd.Series(finding.images, dtype="object")
    leaving, groups = set(finding.leaving), groups_of(finding)
    listed = pd.DataFrame(
        {
            "image_id": images,
            "group": _look_up(images, groups),
            "diagnosis": known["diagnosis"].reindex(images).array,
            "publisher_split": known["publisher_split"].reindex(images).array,
            "excluded": images.isin(leaving),
            "relabelled_to": _look_up(images, finding.renamed),
            "detail": [finding.details.get(image, "") for image in images],
        }
    )
    complete = listed.astype("object").where(listed.notna(), None).astype({"excluded": "bool"})
    return complete.sort_values("group", kind="stable", ignore_index=True) if groups else complete


def _look_up(images: pd.Series, values: Mapping[str, str]) -> pd.Series:
    return pd.Series([values.get(image) for image in images], index=images.index, dtype="object")


def _join(pairs: pd.DataFrame) -> dict[str, str]:
    """Name each connected set of images for the smallest of its ids."""
    ends = pd.concat([pairs["image_id"], pairs["other_id"]])
    codes, names = pd.factorize(ends, sort=True)
    heads, tails = np.split(codes, 2)
    graph = coo_array((np.ones(len(heads), dtype=np.int8), (heads, tails)), shape=(len(names), len(names)))
    _, component = connected_components(graph, directed=False)
    ids = pd.Series(names, dtype="object")
    return dict(zip(ids, ids.groupby(component).transform("min"), strict=True))


def _as_text(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_STARTS_A_FORMULA) else value
