"""How the images that are new since the champion was made differ from those that it was made from."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from melanoma.artifacts.record import Artifact
from melanoma.config.metadata import MetadataField
from melanoma.data.examples import ExampleSet
from melanoma.data.measure import all_measures
from melanoma.data.roles import CALIBRATION, TRAIN, VALIDATION
from melanoma.models.forward import Forward
from melanoma.registry.drift import (
    FEWEST,
    DriftTest,
    compare_numbers,
    compare_vectors,
    compare_words,
    correct_holm,
    speak_for_groups,
)
from melanoma.registry.permutation import Sides, draw_sides
from melanoma.reporting.names import drift_name, within_sentence
from melanoma.stages.champion import Champion
from melanoma.stages.files import SOURCE
from melanoma.stages.job import Summary
from melanoma.stages.pixels import open_originals
from melanoma.training.embedding import open_embedding
from melanoma.training.model_file import LoadedModel
from melanoma.training.predict import predict, predict_logits

CLASSES, FEATURES = "predicted classes", "features of the champion"
NUMBER, WORDS = "age_approx", ("sex", "anatom_site_general")
# A network has fitted its features to its training rows, and knows their answers. These come from the same images.
UNTAUGHT = (VALIDATION, CALIBRATION)
_MOST_VECTORS = 1000  # of each side: their distances are a table of so many rows and columns
_VECTOR_PERMUTATIONS = 1999


@dataclass(frozen=True, eq=False)
class NewImages:
    """What is looked at.

    Attributes:
        ingest: The artifact of ingest that holds the new images' pixels.
        manifest: All images of the source, with ``group_id``.
        champion: The champion.
        loaded: Its network.
        forward: The same, as a function.
        seed: The stream of permutations.
    """

    ingest: Artifact
    manifest: pd.DataFrame
    champion: Champion
    loaded: LoadedModel
    forward: Forward
    seed: int

    @cached_property
    def new(self) -> pd.DataFrame:
        """Rows of which the champion's run had no image of the same content."""
        return self.manifest[~self.manifest["sha256"].isin(self.champion.manifest["sha256"])].reset_index(drop=True)

    def earlier(self, *roles: str) -> pd.DataFrame:
        """Return the champion's images of some roles."""
        return self.champion.manifest[self.champion.manifest["split"].isin(roles)]

    def are_as_taken(self) -> bool:
        """Tell whether the shards hold images as the champion takes them."""
        return _takes(self.champion, self.ingest)


@dataclass(frozen=True)
class Drift:
    """What was found.

    Attributes:
        document: Counts, tests and sentences as JSON values.
        tests: The tests, corrected, the most certain difference first; with what their figures draw.
    """

    document: Summary
    tests: tuple[DriftTest, ...] = ()


def find_drift(images: NewImages) -> Drift:
    """Compare new images with the champion's training images, and what it makes of them with what it made before.

    Pictures and metadata are compared with training rows. Of predicted classes and features the champion's validation
    and calibration rows are the measure, which come from the same images and have taught it nothing.

    Args:
        images: The new images, and the champion.
    """
    groups = images.new["group_id"].nunique()
    document = {"new": len(images.new), "groups": groups}
    if groups < FEWEST:
        none = f"{groups} new groups of images are too few to test; {FEWEST} are needed"
        return Drift({**document, "tests": [], "notes": [none]})
    of_network, notes = _compare_by_network(images)
    found = sorted(correct_holm([*_compare_rows(images), *of_network]), key=lambda test: (test.p_holm, -test.distance))
    drifted = [within_sentence(drift_name(test.what)) for test in found if test.drifted]
    said = f"drift shown in {', '.join(drifted)}" if drifted else "no drift is shown"
    told = f"{said}, of {len(found)} tests on {groups:,} new groups of images, corrected by Holm"
    return Drift({**document, "tests": [test.to_json() for test in found], "notes": [told, *notes]}, tuple(found))


def _compare_rows(images: NewImages) -> list[DriftTest]:
    """Compare pictures by what ingest has measured on them, and what is known of the patients."""
    new, trained = (speak_for_groups(rows, images.seed) for rows in (images.new, images.earlier(TRAIN)))
    both = pd.concat([new, trained], ignore_index=True)
    sides = draw_sides(len(new), len(trained), images.seed)
    numbers = [*_shared_measures(new, trained), *([NUMBER] if _is_known(both, NUMBER) else [])]
    tests = [compare_numbers(name, pd.to_numeric(both[name]).to_numpy(np.float64), sides) for name in numbers]
    return tests + [compare_words(name, both[name], sides) for name in WORDS if _is_known(both, name)]


def _compare_by_network(images: NewImages) -> tuple[list[DriftTest], list[str]]:
    """Compare what the champion makes of new images with what it makes of images that it was not taught by."""
    earlier, theirs = images.earlier(*UNTAUGHT), images.champion.find_ingest()
    if not images.are_as_taken():
        return [], [_not_compared("the champion takes images of another size or fit")]
    if earlier["group_id"].nunique() < FEWEST:
        return [], [_not_compared("the champion has too few validation and calibration images")]
    if theirs is None or not _takes(images.champion, theirs):
        return [], [_not_compared("the pixels of the champion's run are gone; run it again")]
    parts = (images.new, images.ingest), (earlier, theirs)
    shown = [_open(speak_for_groups(rows, images.seed, _MOST_VECTORS), ingest) for rows, ingest in parts]
    counts = [len(part.rows) for part in shown]
    sides = draw_sides(counts[0], counts[1], images.seed, _VECTOR_PERMUTATIONS)
    tests, notes = [_compare_classes(images, shown, sides)], []
    embed = open_embedding(images.loaded.network)
    if isinstance(embed, str):
        notes.append(f"{FEATURES} were not compared: {embed}")
    else:
        fields: tuple[MetadataField, ...] = images.loaded.info.metadata
        vectors = np.concatenate([predict_logits(embed, part, fields) for part in shown])
        tests.append(compare_vectors(FEATURES, vectors, sides))
    return tests, notes


def _compare_classes(images: NewImages, shown: list[ExampleSet], sides: Sides) -> DriftTest:
    predicted = [predict(images.forward, part, images.loaded.info)["predicted"] for part in shown]
    return compare_words(CLASSES, pd.concat(predicted, ignore_index=True), sides)


def _not_compared(reason: str) -> str:
    return f"{CLASSES} and {FEATURES} were not compared: {reason}"


def _open(rows: pd.DataFrame, ingest: Artifact) -> ExampleSet:
    return open_originals(ingest, rows.assign(parent_id=None, split=None))


def _is_known(rows: pd.DataFrame, column: str) -> bool:
    return column in rows and bool(rows[column].notna().any())


def _shared_measures(new: pd.DataFrame, old: pd.DataFrame) -> list[str]:
    """Return the measures that are numbers and that both manifests have; a hash is no measure."""
    columns = [name for measure in all_measures() for name in measure.columns]
    return [
        name
        for name in columns
        if name in new and name in old and pd.api.types.is_float_dtype(new[name]) and old[name].notna().all()
    ]


def _takes(champion: Champion, ingest: Artifact) -> bool:
    """Tell whether the shards hold images as the champion takes them."""
    info = champion.model.info
    if not ingest.parts:
        return False
    side = open_originals(ingest, pd.DataFrame({"sha256": pd.Series(dtype="str")})).images_size_px
    return side == info.size_px and ingest.read_json(SOURCE)["fit"] == info.fit
