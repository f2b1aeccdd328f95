"""What to predict, and whether it can be; found out before the libraries that predict are imported."""

from dataclasses import dataclass
from pathlib import Path

from melanoma.data.given_images import GivenImages, find_images
from melanoma.errors import UsageError
from melanoma.stages.found_model import FoundModel
from melanoma.stages.prediction_table import Form, repeated_id


@dataclass(frozen=True)
class PredictOrder:
    """What to predict.

    Attributes:
        model: By what.
        paths: Image files, folders and archives.
        out: The table to write.
        form: Its form.
        metadata: Tables by image id, for a model that takes metadata.
        maps: The folder for heat maps; None: none are drawn.
    """

    model: FoundModel
    paths: tuple[Path, ...]
    out: Path
    form: Form = "csv"
    metadata: tuple[Path, ...] = ()
    maps: Path | None = None

    @property
    def failed(self) -> Path:
        """The table of images that could not be read."""
        return self.out.with_name(f"{self.out.stem}.failed.csv")


def check_order(order: PredictOrder) -> GivenImages:
    """Find out what is wrong with an order before anything is started.

    Returns:
        The images to predict.

    Raises:
        UsageError: If table or maps cannot be written where they are asked for, a path is not there, or the model
            takes no metadata and is given some.
        SourceError: If a folder or archive cannot be read.
    """
    if not order.paths:
        raise UsageError("images: none are named; give image files, folders or archives")
    if order.out.is_dir() or not order.out.absolute().parent.is_dir():
        raise UsageError(f"--out {order.out}: not a file in a folder that exists; make the folder first")
    if order.maps:
        _require_new(order.maps)
    if order.metadata and not order.model.info.metadata:
        raise UsageError(f"--metadata {order.metadata[0]}: {order.model.title} looks at the images alone; leave it out")
    absent = next((path for path in order.metadata if not path.is_file()), None)
    if absent:
        raise UsageError(f"--metadata {absent}: no such table; give a CSV file with a column isic_id")
    given = find_images(order.paths)
    twice = repeated_id(image.image_id for image in given.images) if order.form == "isic" else None
    if twice:
        raise UsageError(f"--format isic: two images have the id {twice}; leave one out, or use --format csv")
    return given


def _require_new(maps: Path) -> None:
    """Refuse a folder in which maps of other images could stay beside the new ones."""
    if maps.exists() and (not maps.is_dir() or any(maps.iterdir())):
        raise UsageError(f"--maps {maps}: not a new or empty folder; name another one")
    if not maps.absolute().parent.is_dir():
        raise UsageError(f"--maps {maps}: its parent is no folder that exists; make that first")
