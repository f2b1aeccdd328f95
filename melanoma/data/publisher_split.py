"""Which part of a publisher's set a name belongs to: training or test."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

import pandas as pd

_SPLIT_WORDS = {
    "train": "train",
    "training": "train",
    "val": "train",
    "valid": "train",
    "validation": "train",
    "test": "test",
    "testing": "test",
}


def split_of_folder(folder: str) -> str | None:
    """Return the split that a folder is named for, in any case, or None.

    Examples:
        >>> split_of_folder("Test"), split_of_folder("nevus")
        ('test', None)
    """
    return _SPLIT_WORDS.get(folder.lower())


def split_in_name(name: str) -> str | None:
    """Return the split that a file's name or a folder above it speaks of among other words, or None.

    Examples:
        >>> split_in_name("ISIC2018_Task3_Test_Input/ISIC_0034524.jpg"), split_in_name("HAM10000_metadata.csv")
        ('test', None)
    """
    words = (word for part in reversed(PurePosixPath(name).parts) for word in re.split(r"[^A-Za-z]+", part))
    return next((_SPLIT_WORDS[word.lower()] for word in words if word.lower() in _SPLIT_WORDS), None)


def published_splits(named: Iterable[str | None]) -> pd.Series:
    """Return the splits if they tell images apart; a source that is all test, or all training, has none."""
    splits = pd.Series(list(named), dtype="object")
    tests = splits == "test"
    return splits if tests.any() and not tests.all() else pd.Series(None, index=splits.index, dtype="object")
