"""How many copies each training image gets, so that the classes come to the size that was asked for."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from melanoma.config.balance import BalanceConfig
from melanoma.seeding import derive_seed, generator

MANY_COPIES = 20


def plan_copies(training: pd.DataFrame, config: BalanceConfig, seed: int) -> pd.DataFrame:
    """Choose how often each image is copied.

    ``fill`` spreads what a class lacks evenly over its images; which of them get one more than the others follows from
    the seed and the image's content alone. ``add`` draws images with replacement, as Augmentor's ``sample`` does.

    Args:
        training: ``image_id``, ``sha256``, ``diagnosis``, ``shard`` and ``row`` of each training image.
        config: Mode and size.
        seed: The run's seed.

    Returns:
        One row per copy: the image's columns, and ``copy``, counted from 0 for each image.
    """
    counts = pd.Series(0, index=training.index)
    for diagnosis, members in training.groupby("diagnosis"):
        if config.mode == "fill":
            counts[members.index] = _spread(members["sha256"], max(config.images_per_class - len(members), 0), seed)
        elif config.mode == "add":
            counts[members.index] = _draw(len(members), config.images_per_class, seed, str(diagnosis))
    copies = training.loc[training.index.repeat(counts)]
    return copies.assign(copy=copies.groupby(level=0).cumcount()).reset_index(drop=True)


def is_mostly_copies(originals: int, copies: int) -> bool:
    """Tell whether a class is so much copied that a word about it is due: copies show no lesion that was not there.

    Args:
        originals: Images of the class.
        copies: Copies of all of them.
    """
    return copies >= MANY_COPIES * max(originals, 1)


def _spread(contents: pd.Series, needed: int, seed: int) -> NDArray[np.int64]:
    order = contents.map(lambda sha256: derive_seed(seed, "more copies", sha256)).rank(method="first")
    return np.asarray(needed // len(contents) + (order <= needed % len(contents)), dtype=np.int64)


def _draw(images: int, needed: int, seed: int, diagnosis: str) -> NDArray[np.int64]:
    return np.bincount(generator(seed, "drawn copies", diagnosis).integers(0, images, needed), minlength=images)
