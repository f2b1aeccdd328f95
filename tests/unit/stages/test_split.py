"""What the split takes from the audit, beside what is excluded."""

import pandas as pd
import pytest

from melanoma.artifacts.record import Recipe
from melanoma.artifacts.store import Made
from melanoma.config.pipeline import PipelineConfig
from melanoma.data.sources import list_sources
from melanoma.stages.table import INGEST, SPLIT
from melanoma.validation.near_duplicates import no_pairs


@pytest.fixture
def split_after(workshop, image_folder):
    """Return a function that splits the small generated set after an audit that wrote the given tables."""

    def split(**tables):
        workshop.config = PipelineConfig.model_validate({"ingest": {"size_px": 32}})
        ingest = workshop.make(INGEST, material=list_sources([image_folder]))
        manifest = pd.read_parquet(ingest.path("manifest.parquet"))
        kept = pd.Series(None, index=manifest.index, dtype="object")
        decisions = manifest[["image_id", "diagnosis"]].assign(excluded_because=kept)
        usual = {"exclusions": lambda rows: rows, "near_duplicates": lambda _: no_pairs()}

        def write(folder):
            for name, make in (usual | tables).items():
                make(decisions).to_parquet(folder / f"{name}.parquet", index=False)
            return Made()

        validate = workshop.store.obtain(Recipe("validate", {"tables": sorted(tables)}), write).artifact
        return workshop.make(SPLIT, ingest, validate)

    return split


def rows_of(artifact):
    return pd.read_parquet(artifact.path("manifest.parquet")).set_index("image_id")


def test_confirmed_near_duplicates_share_a_role_and_leave_if_one_is_in_the_published_test(split_after):
    one, other = "Train/nevus/ISIC_0000024.jpg", "Test/nevus/ISIC_0000030.jpg"
    pairs = pd.DataFrame({"image_id": [one], "other_id": [other], "relation": "mirrored", "similarity": 0.99})
    plain, found = rows_of(split_after()), rows_of(split_after(near_duplicates=lambda _: pairs))
    assert plain["near_duplicate_id"].isna().all()
    assert plain.loc[one, "split"] is not None
    assert found.loc[[one, other], "near_duplicate_id"].tolist() == [other, other]
    assert found.loc[one, "excluded_because"] == "related_to_test_image"
    assert found.loc[other, "split"] == "test"


def test_a_diagnosis_that_the_audit_decided_replaces_the_publishers(split_after):
    image = "Train/nevus/ISIC_0000024.jpg"

    def relabel(rows):
        return rows.assign(diagnosis=rows["diagnosis"].mask(rows["image_id"] == image, "melanoma"))

    before, after = rows_of(split_after()), rows_of(split_after(exclusions=relabel))
    assert (before.loc[image, "diagnosis"], after.loc[image, "diagnosis"]) == ("nevus", "melanoma")
    assert after.drop(index=image)["diagnosis"].equals(before.drop(index=image)["diagnosis"])
    assert list(after.columns) == list(before.columns)


def test_what_is_absent_is_said_in_words(split_after):
    few = split_after(
        exclusions=lambda rows: rows.assign(
            excluded_because=rows["excluded_because"].mask(
                (rows["diagnosis"] == "nevus") & (rows["image_id"] != "Train/nevus/ISIC_0000024.jpg"), "label_conflict"
            )
        )
    ).summary
    assert "validation has no image of nevus: too few groups of related images" in few["notes"]
    assert few["absent"]["test"] == few["absent"]["calibration"] == ["nevus"]
    assert len([note for note in few["notes"] if note.startswith("fold ") and "nevus" in note]) == 4
