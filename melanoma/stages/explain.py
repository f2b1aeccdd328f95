"""Stage: show where in some test pictures the model found what speaks for a diagnosis, and whether it learned that."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from melanoma.config.explain import ExplainConfig
from melanoma.evaluation.cases import choose_cases
from melanoma.evaluation.figure import Figure
from melanoma.evaluation.map_agreement import compare_maps
from melanoma.reporting.heat_map import draw_heat, draw_picture
from melanoma.seeding import derive_seed
from melanoma.stages.files import EXPLANATIONS, HISTORY, PREDICTIONS
from melanoma.stages.job import Built, Job, Summary, write_json
from melanoma.stages.pixels import open_examples

if TYPE_CHECKING:
    from melanoma.models.inputs import Inputs
    from melanoma.training.explanation import Explainable
    from melanoma.training.model_info import ModelInfo

OFF = {"enabled": False}
_METHOD = "Grad-CAM (Selvaraju et al. 2017)"
Images = NDArray[np.uint8]
Maps = NDArray[np.float32]


@dataclass(frozen=True)
class _Asked:
    """What is explained: pictures, and for each the diagnoses to explain, the predicted one first.

    Attributes:
        cases: ``image_id``, ``kind``, ``truth``, ``predicted``, ``probability``; one row per picture.
        pictures: uint8, [cases, size, size, 3].
        metadata: What the model is told of each, encoded: [cases, columns].
        classes: The model's diagnoses.
    """

    cases: pd.DataFrame
    pictures: Images
    metadata: Maps
    classes: list[str]

    @property
    def pairs(self) -> list[tuple[int, str]]:
        """Position of the picture and diagnosis of each map: what was predicted, and what is true where it differs."""
        columns = zip(self.cases["predicted"], self.cases["truth"], strict=True)
        return [(n, name) for n, both in enumerate(columns) for name in dict.fromkeys(both)]

    @property
    def of_predicted(self) -> list[int]:
        """Which of the maps are of what was predicted: one for each picture."""
        return [number for number, (n, name) in enumerate(self.pairs) if name == self.cases["predicted"].iloc[n]]

    def ask(self, numbers: Iterable[int]) -> tuple["Inputs", list[int]]:
        """Return what the model is shown and the number of the diagnosis of some of the maps."""
        from melanoma.models.inputs import pair_inputs

        asked = [self.pairs[number] for number in numbers]
        rows = [n for n, _ in asked]
        return pair_inputs(self.pictures[rows], self.metadata[rows]), [self.classes.index(name) for _, name in asked]


def build(job: Job) -> Built:
    """Write `explanations.json` and the pictures that it names."""
    config = job.section(ExplainConfig)
    record = _explain(job, config) if config.enabled else OFF
    write_json(job.folder / EXPLANATIONS, record)
    return Built(_summary(record))


def _explain(job: Job, config: ExplainConfig) -> Summary:
    from melanoma.stages.opened_model import open_trained
    from melanoma.training.explanation import open_model

    trained = job.inputs["train"]
    model = open_trained(trained)
    opened = open_model(model.network, trained.read_json(HISTORY).get("views", 1))
    record = {"enabled": True, "network": model.info.network, "method": _METHOD}
    if isinstance(opened, str):
        return {**record, "reason": opened, "cases": [], "sanity": []}
    asked = _choose(job, config, model.info)
    job.progress(f"{len(asked.pairs)} heat maps of {len(asked.cases)} test images")
    maps = opened.map_heat(*asked.ask(range(len(asked.pairs))))
    return {
        **record,
        "reason": None,
        "members": opened.members,
        "views": opened.views,
        "counts_middle_more": opened.counts_middle_more,
        "map_px": list(maps.shape[1:]),
        "cases": list(_draw_cases(asked, maps, config.picture_px, job.folder)),
        "sanity": _check_sanity(job, opened, asked, maps),
    }


def _choose(job: Job, config: ExplainConfig, info: "ModelInfo") -> _Asked:
    from melanoma.training.metadata import encode_metadata

    predictions = pd.read_parquet(job.inputs["evaluate"].path(PREDICTIONS))
    chosen = choose_cases(predictions, config.images_per_kind, job.seed)
    rows = pd.concat([part.assign(kind=kind) for kind, part in chosen.items()]).rename(columns={"diagnosis": "truth"})
    test = open_examples(job.inputs["ingest"], job.inputs["balance"]).of("test")
    places = np.asarray(pd.Index(test.rows["image_id"]).get_indexer(pd.Index(rows["image_id"])), dtype=np.intp)
    known = encode_metadata(test.rows.iloc[places], info.metadata)
    return _Asked(rows.reset_index(drop=True), test.images(places), known, list(info.classes))


def _draw_cases(asked: _Asked, maps: Maps, side_px: int, folder: Path) -> Iterator[Summary]:
    """Write the pictures, and yield what `explanations.json` says of each case."""
    said = asked.cases[["image_id", "kind", "truth", "predicted", "probability"]].to_dict("records")
    for position, (case, picture) in enumerate(zip(said, asked.pictures, strict=True)):
        name = f"case-{position + 1:02d}"
        (folder / f"{name}.jpg").write_bytes(draw_picture(picture, side_px))
        own = [(diagnosis, heat) for (n, diagnosis), heat in zip(asked.pairs, maps, strict=True) if n == position]
        for number, (_, heat) in enumerate(own, start=1):
            (folder / f"{name}-map-{number}.jpg").write_bytes(draw_heat(picture, heat, side_px))
        shown = [
            {"diagnosis": diagnosis, "picture": f"{name}-map-{number}.jpg", "is_empty": not bool(heat.max() > 0)}
            for number, (diagnosis, heat) in enumerate(own, start=1)
        ]
        yield {**{str(key): value for key, value in case.items()}, "picture": f"{name}.jpg", "maps": shown}


def _check_sanity(job: Job, opened: "Explainable", asked: _Asked, maps: Maps) -> list[Summary]:
    """Compare the maps of what was predicted with those of random weights."""
    from melanoma.training.explanation import RANDOMISED

    found, numbers = [], asked.of_predicted
    for done, kind in enumerate(RANDOMISED, start=1):
        job.progress(f"heat maps with a random {kind}", done / (1 + len(RANDOMISED)))
        seed = derive_seed(job.seed, "explain", kind)
        outcome = compare_maps(maps[numbers], opened.map_randomised(kind, seed, *asked.ask(numbers)))
        said = {"correlation": outcome.to_json()} if isinstance(outcome, Figure) else {"reason": outcome.reason}
        found.append({"randomised": kind, **said})
    return found


def _summary(record: Summary) -> Summary:
    return {
        "cases": len(record.get("cases", ())),
        "reason": record.get("reason"),
        "sanity": [
            {"random weights in": one["randomised"], **one.get("correlation", {"reason": one.get("reason")})}
            for one in record.get("sanity", ())
        ],
    }
