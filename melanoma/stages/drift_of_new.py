"""How the images that are new since the champion was made differ from those that it was made from."""

import pandas as pd

from melanoma.artifacts.record import Artifact
from melanoma.data.measure import all_measures
from melanoma.data.roles import TRAIN
from melanoma.models.forward import Forward
from melanoma.registry.drift import FEWEST, compare_classes, compare_measures, correct_holm
from melanoma.stages.champion import Champion
from melanoma.stages.files import SOURCE
from melanoma.stages.job import Summary
from melanoma.stages.pixels import open_originals
from melanoma.training.predict import predict


def describe_drift(
    ingest: Artifact, manifest: pd.DataFrame, champion: Champion, forward: Forward, seed: int
) -> Summary:
    """Compare new images with the champion's training images, and what it says of them with what it said before.

    Predicted classes are compared with those of the rows that it was evaluated on: of its training rows it knows the
    answers.

    Args:
        ingest: The artifact of ingest, for the pixels.
        manifest: The challenger's split manifest.
        champion: The champion.
        forward: Its network.
        seed: The stream of permutations.

    Returns:
        Counts, tests and sentences as JSON values.
    """
    new = manifest[~manifest["sha256"].isin(champion.manifest["sha256"])].reset_index(drop=True)
    trained = champion.manifest[champion.manifest["split"] == TRAIN]
    lesions = new["group_id"].nunique()
    if lesions < FEWEST:
        none = f"{lesions} new groups of images are too few to test; {FEWEST} are needed"
        return {"new": len(new), "tests": [], "notes": [none]}
    tests = compare_measures(new, trained, _shared_measures(new, trained))
    notes = []
    if _takes(champion, ingest):
        chances = predict(forward, open_originals(ingest, new.assign(parent_id=None)), champion.model.info)
        tests.append(compare_classes(chances["predicted"], champion.read_predictions()["predicted"], seed))
    else:
        notes.append("predicted classes were not compared: the champion takes images of another size or fit")
    corrected = sorted(correct_holm(tests), key=lambda test: test.p_holm)
    drifted = [test.what for test in corrected if test.drifted]
    said = f"drift shown in {', '.join(drifted)}" if drifted else "no drift is shown"
    told = f"{said}, of {len(tests)} tests on {lesions:,} new groups of images, corrected by Holm"
    return {"new": len(new), "tests": [test.to_json() for test in corrected], "notes": [told, *notes]}


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
