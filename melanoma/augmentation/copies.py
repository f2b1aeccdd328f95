"""A shard of augmented copies, made from one shard of originals on all cores."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from melanoma.augmentation.augmentor import apply_policy, build_policy
from melanoma.config.balance import OperationConfig
from melanoma.data.mapped_array import make_mapped
from melanoma.data.shards import PIXELS
from melanoma.fingerprint import digest_bytes, digest_value
from melanoma.seeding import derive_seed

DIGESTS = "copies.parquet"


@dataclass(frozen=True)
class CopyPlan:
    """The copies to make from one shard.

    Attributes:
        copies: For each, the row of its parent in the shard, the parent's sha256, and the copy's number.
    """

    copies: tuple[tuple[int, str, int], ...]

    @cached_property
    def digest(self) -> str:
        """The sha256 of what is to be copied, in order."""
        return digest_value([list(copy) for copy in self.copies])


def write_copies(
    originals: NDArray[np.uint8], plan: CopyPlan, operations: Sequence[OperationConfig], seed: int, folder: Path
) -> dict[str, int]:
    """Make a shard's copies; each depends on the seed, its parent's content, its number and the policy alone.

    Args:
        originals: The parents' shard: uint8, [n, size, size, 3].
        plan: The copies.
        operations: The policy.
        seed: The run's seed.
        folder: Where ``pixels.npy``, uint8, [copies, size, size, 3], and ``copies.parquet`` go; the latter has the
            ``pixel_sha256`` of each copy.

    Returns:
        How many copies were made.
    """
    policy = build_policy(operations)
    shape = (len(plan.copies), *originals.shape[1:])
    pixels = make_mapped(folder / PIXELS, np.uint8, shape)

    def make(numbered: tuple[int, tuple[int, str, int]]) -> str:
        number, (row, sha256, copy) = numbered
        pixels[number] = apply_policy(policy, originals[row], derive_seed(seed, "copy", sha256, copy))
        return digest_bytes(pixels[number].tobytes())

    with ThreadPoolExecutor() as pool:
        digests = list(pool.map(make, enumerate(plan.copies)))
    pixels.flush()
    pd.DataFrame({"pixel_sha256": digests}).to_parquet(folder / DIGESTS, index=False)
    return {"copies": len(plan.copies)}
