"""Shards partition the files, and a change touches only the shards that it is in."""

import hashlib
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from melanoma.data.listing import SourceFile
from melanoma.data.shards import plan_shards

QUICK = settings(max_examples=60, deadline=None)
NAMES = st.sets(st.integers(0, 10**6).map(lambda n: f"Train/nevus/{n}.jpg"), min_size=1, max_size=80)
SIZES = st.integers(1, 30)


def files_of(names, content=""):
    return [SourceFile(name, 1, hashlib.sha256((name + content).encode()).hexdigest()) for name in names]


def plans_of(files, size):
    return {plan.index: plan for plan in plan_shards(Path("/source"), files, size)}


@QUICK
@given(NAMES, SIZES)
def test_every_file_is_in_exactly_one_shard(names, size):
    placed = [file.name for plan in plans_of(files_of(names), size).values() for file in plan.files]
    assert sorted(placed) == sorted(names)


@QUICK
@given(NAMES, SIZES, st.data())
def test_a_changed_content_touches_exactly_its_own_shard(names, size, data):
    changed = data.draw(st.sampled_from(sorted(names)))
    before = plans_of(files_of(names), size)
    after = plans_of([*files_of(names - {changed}), *files_of({changed}, "!")], size)
    touched = [index for index in before if before[index].digest != after[index].digest]
    assert len(touched) == 1
    assert changed in {file.name for file in after[touched[0]].files}


@QUICK
@given(NAMES, NAMES, SIZES)
def test_added_files_touch_only_their_shards_as_long_as_their_number_stays(names, more, size):
    before, after = plans_of(files_of(names), size), plans_of(files_of(names | more), size)
    if _number(len(names), size) != _number(len(names | more), size):
        return
    for index, plan in after.items():
        if not {file.name for file in plan.files} & (more - names):
            assert before[index].digest == plan.digest


def _number(images, size):
    """The power of two that leaves from one to two times `size` images in a shard."""
    return 1 if images < 2 * size else 2 ** ((images // size).bit_length() - 1)


@QUICK
@given(NAMES, SIZES)
def test_the_number_of_shards_leaves_from_one_to_two_times_the_size_in_each(names, size):
    number = _number(len(names), size)
    assert max(plans_of(files_of(names), size)) < number
    assert number == 1 or size <= len(names) / number < 2 * size
