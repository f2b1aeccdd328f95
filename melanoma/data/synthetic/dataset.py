"""Draw a whole synthetic set into a folder: nine diagnoses, metadata, planted defects, and the truth beside it."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from melanoma.config.synthetic import SyntheticConfig
from melanoma.data.synthetic.defects import Defect, plant_defects
from melanoma.data.synthetic.metadata import csv_text, metadata_rows
from melanoma.data.synthetic.picture import encode_picture
from melanoma.data.synthetic.plan import Picture, plan_pictures
from melanoma.data.synthetic.truth import SyntheticTruth, truth_of, truth_path
from melanoma.errors import UsageError


def draw_dataset(folder: Path, config: SyntheticConfig) -> SyntheticTruth:
    """Draw a set laid out as the ISIC nine-class set: Train and Test, a folder per diagnosis, `metadata.csv`.

    The set appears under its name only when it is whole; an interrupted drawing leaves nothing that looks like one.

    Args:
        folder: Where the set is to stand; missing or empty.
        config: What it holds. Its seed alone decides every byte, whatever the number of workers.

    Returns:
        The truth, which is also written beside the folder, as `<folder>-truth.json`.

    Raises:
        UsageError: If something stands there already; nothing is ever overwritten.
    """
    _refuse_to_overwrite(folder)
    pictures = plan_pictures(config)
    defects = plant_defects(pictures, config)
    rows = metadata_rows([*pictures, *(defect.planted for defect in defects)], config.seed)
    truth = truth_of(pictures, defects, rows, config)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as unfinished:
        drawing = Path(unfinished) / folder.name
        _draw_files(drawing, pictures, config)
        _write_defects(drawing, defects, config)
        (drawing / "metadata.csv").write_text(csv_text(rows), encoding="utf-8", newline="")
        _publish(drawing, folder, truth)
    return truth


def _refuse_to_overwrite(folder: Path) -> None:
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise UsageError(
            f"{folder}: stands there already and is not an empty folder; give a new folder for the synthetic set"
        )
    if truth_path(folder).exists():
        raise UsageError(f"{truth_path(folder)}: stands there already from another set; move it, or give a new folder")


def _draw_files(drawing: Path, pictures: Sequence[Picture], config: SyntheticConfig) -> None:
    for parent in {(drawing / picture.name).parent for picture in pictures}:
        parent.mkdir(parents=True)

    def draw(picture: Picture) -> int:
        return (drawing / picture.name).write_bytes(encode_picture(picture.subject, config.size_px))

    with ThreadPoolExecutor(config.workers) as pool:
        sum(pool.map(draw, pictures))


def _write_defects(drawing: Path, defects: Sequence[Defect], config: SyntheticConfig) -> None:
    for defect in defects:
        (drawing / defect.planted.name).write_bytes(_content_of(defect, drawing, config))


def _content_of(defect: Defect, drawing: Path, config: SyntheticConfig) -> bytes:
    if defect.is_drawn:
        return encode_picture(defect.planted.subject, config.size_px)
    return defect.bytes_of((drawing / defect.source.name).read_bytes())


def _publish(drawing: Path, folder: Path, truth: SyntheticTruth) -> None:
    """Move the finished set to its place, onto an empty folder if there is one, then write the truth."""
    if folder.exists():
        folder.rmdir()
    drawing.rename(folder)
    truth_path(folder).write_text(truth.to_json(), encoding="utf-8")
