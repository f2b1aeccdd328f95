"""Page: some training images of every class beside their copies."""

from importlib.metadata import version

import pandas as pd

from melanoma.config.balance import BalanceConfig
from melanoma.data.examples import COPY, ORIGINAL
from melanoma.reporting.balance_page import (
    MOST_COPIES,
    BalancedClass,
    BalanceRecord,
    Family,
    families_per_class,
    render_balance_page,
)
from melanoma.reporting.gallery import PictureFinder, picture_finder
from melanoma.seeding import derive_seed
from melanoma.stages import files
from melanoma.stages.job import Built, Job
from melanoma.stages.pixels import open_examples


def build(job: Job) -> Built:
    """Write the page from what ingest and balance have left."""
    ingest, balance = job.inputs["ingest"], job.inputs["balance"]
    examples = open_examples(ingest, balance)
    record = BalanceRecord(
        version=version("melanoma"),
        config=job.section(BalanceConfig),
        classes=_show_classes(examples.rows, picture_finder(examples), job.seed),
        leak=balance.read_json(files.LEAK),
    )
    (job.folder / files.BALANCE_PAGE).write_text(render_balance_page(record), encoding="utf-8")
    return Built()


def _show_classes(rows: pd.DataFrame, picture: PictureFinder, seed: int) -> list[BalancedClass]:
    training = rows[rows["split"] == "train"]
    most = families_per_class(training["diagnosis"].nunique())
    classes = []
    for diagnosis, members in training.groupby("diagnosis", sort=True):
        copies, originals = (members[members["origin"] == origin] for origin in (COPY, ORIGINAL))
        parents = copies["parent_id"] if len(copies) else originals["image_id"]
        families = tuple(_show_family(image, copies, picture) for image in _draw(parents, most, seed))
        classes.append(BalancedClass(str(diagnosis), len(originals), len(copies), families))
    return sorted(classes, key=lambda entry: entry.originals)


def _draw(image_ids: pd.Series, count: int, seed: int) -> list[str]:
    """Draw images; which follows from the seed and their ids, so that other images change little of what is shown."""
    return sorted(image_ids.unique(), key=lambda image_id: derive_seed(seed, "preview", image_id))[:count]


def _show_family(image_id: str, copies: pd.DataFrame, picture: PictureFinder) -> Family:
    own = copies.loc[copies["parent_id"] == image_id, "image_id"]
    return Family(image_id, picture(image_id), tuple(picture(copy) for copy in own[:MOST_COPIES]), len(own))
