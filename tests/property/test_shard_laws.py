"""Shards partition the contents of a set, and what was decoded before stays where it is."""

import hashlib
from pathlib import Path

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from melanoma.data.listing import SourceFile
from melanoma.data.shards import keep_shards, plan_shards
from melanoma.data.sources import ImageFile

QUICK = settings(max_examples=80, deadline=None)
CONTENTS = st.sets(st.integers(0, 200), min_size=1, max_size=80)
SIZES = st.integers(1, 30)


def images_of(contents):
    digests = [hashlib.sha256(str(content).encode()).hexdigest() for content in contents]
    return [ImageFile(f"{n}.jpg", Path("/source"), SourceFile(f"{n}.jpg", 1, sha)) for n, sha in enumerate(digests)]


def shards_of(plans):
    return [[image.file.sha256 for image in plan.files] for plan in plans]


def add(before, contents, size):
    """Return the shards of a set, of which some were decoded before."""
    rows = [(sha256, n) for n, shard in enumerate(before) for sha256 in shard]
    images = images_of(contents)
    kept = keep_shards(pd.DataFrame(rows, columns=["sha256", "shard"]), [image.file.sha256 for image in images], size)
    decoded = {sha256 for n in kept for sha256 in before[n]}
    new = plan_shards([image for image in images if image.file.sha256 not in decoded], size)
    return [before[n] for n in kept], shards_of(new)


@QUICK
@given(st.lists(st.integers(0, 50), min_size=1, max_size=80), SIZES)
def test_every_content_is_in_exactly_one_shard_and_no_shard_is_too_large(contents, size):
    shards = shards_of(plan_shards(images_of(contents), size))
    placed = [sha256 for shard in shards for sha256 in shard]
    assert sorted(placed) == sorted({image.file.sha256 for image in images_of(contents)})
    sizes = [len(shard) for shard in shards]
    assert max(sizes) <= size
    assert max(sizes) - min(sizes) <= 1


@QUICK
@given(CONTENTS, CONTENTS, SIZES)
def test_after_any_change_every_content_is_in_exactly_one_shard(first, then, size):
    kept, new = add(shards_of(plan_shards(images_of(sorted(first)), size)), sorted(then), size)
    placed = [sha256 for shard in [*kept, *new] for sha256 in shard]
    assert len(placed) == len(set(placed))
    assert {image.file.sha256 for image in images_of(sorted(then))} <= set(placed)


@QUICK
@given(CONTENTS, CONTENTS, SIZES)
def test_added_contents_alone_are_decoded(first, more, size):
    _, new = add(shards_of(plan_shards(images_of(sorted(first)), size)), sorted(first | more), size)
    expected = {image.file.sha256 for image in images_of(sorted(more - first))}
    assert {sha256 for shard in new for sha256 in shard} == expected


@QUICK
@given(st.lists(CONTENTS, min_size=1, max_size=30), SIZES)
def test_many_additions_leave_few_small_shards(additions, size):
    shards, contents = [], set()
    for more in additions:
        contents |= more
        kept, new = add(shards, sorted(contents), size)
        shards = [*kept, *new]
    small = [shard for shard in shards if len(shard) < size / 8]
    assert len(small) <= 8 + 1
