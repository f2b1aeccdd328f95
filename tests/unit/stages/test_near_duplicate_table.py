"""The validate stage hands the pairs on, and gives the checks the right pixels."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from melanoma.config.pipeline import PipelineConfig
from melanoma.data.decode import decode_image
from melanoma.data.sources import list_sources
from melanoma.stages.given_files import GivenFiles
from melanoma.stages.table import INGEST, VALIDATE
from melanoma.stages.validate import read_evidence
from melanoma.validation.near_duplicates import PAIR_COLUMNS

SIZE_PX = 96


@pytest.fixture
def ingest(workshop, image_folder):
    """The small set beside a textured picture and the same one turned; none of the others is large enough to tell."""
    texture = np.random.default_rng(1).integers(60, 200, (24, 24, 3), dtype=np.uint8)
    picture = Image.fromarray(texture).resize((200, 200), Image.Resampling.BICUBIC)
    picture.save(image_folder / "Train" / "nevus" / "ISIC_0000800.jpg")
    picture.transpose(Image.Transpose.ROTATE_90).save(image_folder / "Train" / "melanoma" / "ISIC_0000801.jpg")
    workshop.config = PipelineConfig.model_validate({"ingest": {"size_px": SIZE_PX, "shard_images": 20}})
    return workshop.make(INGEST, material=list_sources([image_folder]))


def test_the_pairs_are_written_for_the_split(workshop, ingest):
    pairs = pd.read_parquet(workshop.make(VALIDATE, ingest).path("near_duplicates.parquet"))
    assert tuple(pairs.columns) == PAIR_COLUMNS
    told = pairs.set_index(["image_id", "other_id"])["relation"]
    assert told["Train/melanoma/ISIC_0000801.jpg", "Train/nevus/ISIC_0000800.jpg"] == "rotated 90°"


def test_the_table_is_there_when_there_is_no_pair(workshop, image_folder):
    workshop.config = PipelineConfig.model_validate({"ingest": {"size_px": 32}})
    made = workshop.make(VALIDATE, workshop.make(INGEST, material=list_sources([image_folder])))
    pairs = pd.read_parquet(made.path("near_duplicates.parquet"))
    assert (tuple(pairs.columns), len(pairs)) == (PAIR_COLUMNS, 0)


def test_the_checks_see_each_rows_own_pixels(ingest, image_folder):
    evidence = read_evidence(ingest, GivenFiles(), 0)
    positions = [5, 0, 30]
    expected = [
        decode_image((image_folder / name).read_bytes(), SIZE_PX, 170).pixels
        for name in evidence.manifest["image_id"].iloc[positions]
    ]
    assert np.array_equal(evidence.pixels(positions), np.stack(expected))
