"""From predicted images to the rows of the table: what is told of each, batch by batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from melanoma.stages.abstention import Doubt, Judge
from melanoma.stages.predicted_maps import MapWriter
from melanoma.stages.prediction_table import Form, RowMaker
from melanoma.training.predict_files import Predicted

ABSTAINS, REASON, MAP = "abstains", "abstains_because", "map"


@dataclass(frozen=True)
class ToldImage:
    """What is told of one image.

    Attributes:
        row: Its row, in the table's form.
        predicted: The most probable diagnosis.
        is_melanoma: What was decided at the threshold; False where there is none.
        doubt: Why it should not be relied on, or None.
    """

    row: dict[str, Any]
    predicted: str
    is_melanoma: bool
    doubt: Doubt | None


@dataclass(frozen=True)
class RowBuilder:
    """Builds rows.

    Attributes:
        maker: Makes what follows from probabilities.
        judge: Judges the pictures.
        form: The table's form; the challenges' has no place for doubts and maps.
        maps: Draws heat maps, where they are asked for.
    """

    maker: RowMaker
    judge: Judge
    form: Form
    maps: MapWriter | None = None

    def tell(self, batch: Sequence[Predicted]) -> list[ToldImage]:
        """Return what is told of some images, at least one, in their order."""
        doubts = self.judge.find_doubts([one.picture for one in batch])
        maps = self.maps.write(batch) if self.maps else [None] * len(batch)
        return [self._tell(*each) for each in zip(batch, doubts, maps, strict=True)]

    def _tell(self, one: Predicted, doubt: Doubt | None, name: str | None) -> ToldImage:
        plain = self.maker.plain(one.image.image_id, one.probabilities)
        beside = {ABSTAINS: doubt is not None, REASON: str(doubt) if doubt else None}
        shown = {**plain, **beside, **({MAP: name} if self.maps else {})}
        row = self.maker.challenge(one.image.image_id, one.probabilities) if self.form == "isic" else shown
        return ToldImage(row, plain["predicted"], plain.get("melanoma_decision", False), doubt)
