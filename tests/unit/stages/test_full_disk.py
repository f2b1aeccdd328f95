"""A stage that meets a full disk ends in one line, leaves nothing half made, and the next run goes on after it."""

import errno
import os

import pandas as pd
import pytest

from melanoma.config.pipeline import PipelineConfig
from melanoma.data.sources import list_sources
from melanoma.errors import DiskFull
from melanoma.stages.table import BALANCE, INGEST, SPLIT

SECTIONS = {"ingest": {"size_px": 32, "shard_images": 20}, "balance": {"images_per_class": 8}}


@pytest.fixture
def run(workshop, image_folder, audited):
    """Return a function that runs the stages and returns what was built."""

    def stages():
        workshop.config = PipelineConfig.model_validate(SECTIONS)
        workshop.built.clear()
        ingest = workshop.make(INGEST, material=list_sources([image_folder]))
        split = workshop.make(SPLIT, ingest, audited(ingest))
        workshop.make(BALANCE, ingest, split)
        return list(workshop.built)

    return stages


def fail(*_args, **_options):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("owner", "name", "stage", "kept"),
    [
        (pd.DataFrame, "to_parquet", "ingest-shard", set()),
        (os, "posix_fallocate", "balance-shard", {"ingest-shard", "ingest", "split"}),
    ],
)
def test_a_full_disk_is_one_line_and_what_was_made_before_is_used_again(
    run, workshop, monkeypatch, owner, name, stage, kept
):
    with monkeypatch.context() as disk:
        disk.setattr(owner, name, fail)
        with pytest.raises(DiskFull) as told:
            run()
    assert str(told.value).startswith(f"{workshop.store.home}: no space is left on its disk to make {stage}; free some")
    assert list((workshop.store.home / "building").iterdir()) == []
    built = set(run())
    assert stage in built
    assert not built & kept
