"""Predict the images in files, folders and archives, and write a table of what comes out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from melanoma.config.ingest import IngestConfig
from melanoma.data.containers.container import Refused
from melanoma.data.image_metadata import read_image_metadata
from melanoma.errors import SourceError
from melanoma.evaluation.figure import NotEvaluated
from melanoma.evaluation.operating_point import OperatingPoint
from melanoma.evaluation.parts import conformal
from melanoma.models.forward import fast_forward
from melanoma.stages.abstention import Judge, judge_of
from melanoma.stages.found_model import FoundModel
from melanoma.stages.job import Progress
from melanoma.stages.predict_order import PredictOrder, check_order
from melanoma.stages.predicted_maps import open_maps
from melanoma.stages.predicted_rows import RowBuilder
from melanoma.stages.prediction_table import IMAGE, RowMaker, write_csv, write_json_rows
from melanoma.training.metadata import encode_metadata, note_unknown
from melanoma.training.model_file import load_model
from melanoma.training.predict_files import NotPredicted, Predicted, predict_files

_TOLD_EACH = 1000
_SHOWN = 5


def predict_to_file(order: PredictOrder, progress: Progress) -> dict[str, Any]:
    """Predict each image and write the table; images that cannot be read are listed beside it, with the reason.

    Args:
        order: What to predict.
        progress: Is told how far it is.

    Returns:
        Counts, files and what the decision rests on, as JSON values.

    Raises:
        UsageError: If the order cannot be carried out.
        SourceError: If not one image can be predicted; no table is then left.
        ModelError: If the model cannot be read.
    """
    given = check_order(order)
    loaded = load_model(order.model.path)
    config = IngestConfig().model_copy(update={"size_px": loaded.info.size_px, "fit": loaded.info.fit})
    rows = read_image_metadata(order.metadata, [image.image_id for image in given.images])
    encoded = encode_metadata(rows, loaded.info.metadata)
    predicted = predict_files(fast_forward(loaded.network), given.images, encoded, config)
    tally = _Tally(len(given.images), progress, list(given.refused))
    judge = judge_of(order.model)
    with open_maps(order, loaded.network) as maps:
        _write(order, tally, predicted, RowBuilder(_row_maker(order.model), judge, order.form, maps))
    return _summary(order, tally, judge) | {"metadata": _metadata_notes(order, rows)}


@dataclass
class _Tally:
    """Counts what goes by, and keeps the failures."""

    total: int
    progress: Progress
    failures: list[Refused]
    seen: int = 0
    classes: Counter[str] = field(default_factory=Counter)
    doubts: Counter[str] = field(default_factory=Counter)
    melanomas: int = 0

    def rows(
        self, stream: Iterable[Sequence[Predicted | NotPredicted]], builder: RowBuilder
    ) -> Iterator[dict[str, Any]]:
        """Yield a row for each image that has probabilities."""
        for batch in stream:
            self.failures += [Refused(one.image.image_id, one.reason) for one in batch if isinstance(one, NotPredicted)]
            readable = [one for one in batch if isinstance(one, Predicted)]
            for told in builder.tell(readable) if readable else ():
                self.classes[told.predicted] += 1
                self.melanomas += told.is_melanoma
                if told.doubt:
                    self.doubts[told.doubt.kind] += 1
                yield told.row
            self._count(len(batch))

    def _count(self, images: int) -> None:
        before, self.seen = self.seen, self.seen + images
        if self.seen == self.total or before // _TOLD_EACH != self.seen // _TOLD_EACH:
            self.progress(f"{self.seen:,} of {self.total:,} images", self.seen / self.total)


def _row_maker(model: FoundModel) -> RowMaker:
    point, sets, classes = model.point, model.rules[conformal.NAME], model.info.classes
    threshold = point.threshold if isinstance(point, OperatingPoint) else None
    return RowMaker(classes, threshold, None if isinstance(sets, NotEvaluated) else conformal.list_least(sets, classes))


def _write(
    order: PredictOrder, tally: _Tally, predicted: Iterable[Sequence[Predicted | NotPredicted]], builder: RowBuilder
) -> None:
    """Write the table and what goes beside it; nothing is left where not one image could be predicted."""
    write = write_json_rows if order.form == "json" else write_csv
    partial = order.out.with_name(f".{order.out.name}.partial")
    try:
        write(partial, tally.rows(predicted, builder))
        _write_failures(order, tally)
        partial.replace(order.out)
    finally:
        partial.unlink(missing_ok=True)


def _write_failures(order: PredictOrder, tally: _Tally) -> None:
    """List what could not be predicted; an earlier list, of another order, does not stay beside the new table."""
    if tally.failures:
        write_csv(order.failed, ({IMAGE: file.name, "reason": file.reason} for file in tally.failures))
    else:
        order.failed.unlink(missing_ok=True)
    if not tally.classes:
        first = tally.failures[0]
        raise SourceError(f"none of {len(tally.failures)} images can be predicted: {first.name}: {first.reason}")


def _metadata_notes(order: PredictOrder, rows: pd.DataFrame) -> list[str]:
    """Say what was known beside the pictures to a model that takes more than them."""
    fields = order.model.info.metadata
    if fields and not order.metadata:
        return [f"none given; {', '.join(fields)} are unknown for all images; give --metadata to predict with them"]
    matched = f"{rows['isic_id'].notna().sum():,} of {len(rows):,} images stand in the tables"
    return [matched, *note_unknown(rows, fields)] if fields else []


def _summary(order: PredictOrder, tally: _Tally, judge: Judge) -> dict[str, Any]:
    point, sets = order.model.point, order.model.rules[conformal.NAME]
    decision = (
        {"threshold": point.threshold, "target_sensitivity": point.target_sensitivity, "melanomas": tally.melanomas}
        if isinstance(point, OperatingPoint)
        else {"none_because": point.reason}
    )
    return {
        **order.model.describe(),
        "out": str(order.out),
        "format": order.form,
        "predicted": tally.classes.total(),
        "by_class": dict(tally.classes.most_common()),
        "failed": len(tally.failures),
        "failures": str(order.failed) if tally.failures else None,
        "first_failures": [f"{file.name}: {file.reason}" for file in tally.failures[:_SHOWN]],
        "decision": decision,
        "prediction_sets": {"none_because": sets.reason}
        if isinstance(sets, NotEvaluated)
        else {"coverage": sets["coverage"], "fitted_on": sets["fitted_on"]},
        "abstained": dict(tally.doubts.most_common()),
        "out_of_distribution": judge.describe(),
        "maps": str(order.maps) if order.maps else None,
    }
