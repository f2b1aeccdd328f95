import hashlib

import numpy as np
import pytest

from melanoma.config.ingest import IngestConfig
from melanoma.data.manifest import assemble
from melanoma.data.measure import all_measures
from melanoma.data.recognise import read_set
from melanoma.data.shards import open_pixels, plan_shards, write_shard
from melanoma.data.sources import list_sources


@pytest.fixture
def catalogue_of(tmp_path):
    def make(root, shard_images=1000):
        sources = list_sources([root])
        plans = plan_shards(sources.images, shard_images)
        folders = [tmp_path / f"shard {number}" for number in range(len(plans))]
        for plan, folder in zip(plans, folders, strict=True):
            folder.mkdir(exist_ok=True)
            write_shard(plan, IngestConfig(size_px=32), folder)
        return assemble(sources, read_set(sources).labels, folders)

    return make


def test_every_readable_image_has_a_row_with_all_that_is_known(image_folder, catalogue_of):
    catalogue = catalogue_of(image_folder)
    manifest = catalogue.manifest
    measured = [name for measure in all_measures() for name in measure.columns]
    assert [name for name in manifest.columns if name not in measured] == [
        "image_id",
        "isic_id",
        "diagnosis",
        "label",
        "publisher_split",
        "source",
        "lesion_id",
        "patient_id",
        "age_approx",
        "sex",
        "anatom_site_general",
        "anatom_site_special",
        "fitzpatrick_skin_type",
        "image_type",
        "dermoscopic_type",
        "acquisition_day",
        "attribution",
        "license",
        "duplicate_group",
        "file_bytes",
        "sha256",
        "pixel_sha256",
        "width",
        "height",
        "format",
        "jpeg_tables",
    ]
    assert (len(manifest), len(catalogue.quarantine)) == (48, 0)
    assert manifest["image_id"].is_monotonic_increasing
    assert manifest[["sha256", "pixel_sha256", "lesion_id", "age_approx"]].notna().all(axis=None)
    row = manifest.iloc[10]
    content = (image_folder / row["image_id"]).read_bytes()
    assert (row["sha256"], row["file_bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))
    assert (manifest["width"].dtype, manifest["height"].dtype) == (np.int64, np.int64)


def test_places_lead_to_the_pixels_of_every_image(image_folder, catalogue_of, tmp_path):
    catalogue = catalogue_of(image_folder, shard_images=5)
    assert catalogue.places["shard"].nunique() == 10
    for row in catalogue.manifest.merge(catalogue.places, on="sha256").itertuples():
        pixels = open_pixels(tmp_path / f"shard {row.shard}")[row.row]
        assert hashlib.sha256(pixels.tobytes()).hexdigest() == row.pixel_sha256


def test_every_file_is_in_one_of_the_two_tables(image_folder, catalogue_of):
    (image_folder / "Train/nevus/ISIC_0000024.jpg").write_bytes(b"<html>")
    (image_folder / "Train/loose.jpg").write_bytes((image_folder / "Train/nevus/ISIC_0000025.jpg").read_bytes())
    (image_folder / "broken.jpg").write_bytes(b"")
    catalogue = catalogue_of(image_folder)
    assert catalogue.quarantine.to_dict("records") == [
        {"image_id": "Train/loose.jpg", "kind": "unlabelled", "reason": "no diagnosis belongs to it"},
        {
            "image_id": "Train/nevus/ISIC_0000024.jpg",
            "kind": "unreadable",
            "reason": "not an image, whatever its name says",
        },
        {"image_id": "broken.jpg", "kind": "unreadable", "reason": "not an image, whatever its name says"},
    ]
    everything = [*catalogue.manifest["image_id"], *catalogue.quarantine["image_id"]]
    assert sorted(everything) == [image.image_id for image in list_sources([image_folder]).images]


def test_a_shard_without_any_readable_image_costs_the_others_nothing(image_folder, catalogue_of):
    (image_folder / "Train/nevus/ISIC_0000024.jpg").write_bytes(b"x")
    catalogue = catalogue_of(image_folder, 1)
    assert (len(catalogue.manifest), len(catalogue.quarantine)) == (47, 1)
    assert (catalogue.places["row"] == -1).sum() == 1


def test_a_set_without_any_readable_image_is_an_empty_manifest(image_folder, catalogue_of):
    for path in image_folder.rglob("*.jpg"):
        path.write_bytes(b"x")
    catalogue = catalogue_of(image_folder)
    assert (len(catalogue.manifest), len(catalogue.quarantine)) == (0, 48)


def test_a_renamed_file_changes_the_manifest_and_not_its_pixels(image_folder, catalogue_of):
    before = catalogue_of(image_folder).manifest.set_index("isic_id").loc["ISIC_0000024"]
    path = image_folder / "Train/nevus/ISIC_0000024.jpg"
    path.rename(path.with_name("ISIC_0000024 (1).jpg"))
    after = catalogue_of(image_folder).manifest.set_index("isic_id").loc["ISIC_0000024"]
    assert (before["image_id"], after["image_id"]) == (
        "Train/nevus/ISIC_0000024.jpg",
        "Train/nevus/ISIC_0000024 (1).jpg",
    )
    assert before["pixel_sha256"] == after["pixel_sha256"]


def test_a_mask_beside_an_image_is_said_to_be_one(catalogue_of, image_folder):
    picture = image_folder / "Train/nevus/ISIC_0000024.jpg"
    (picture.parent / "ISIC_0000024_segmentation.jpg").write_bytes(picture.read_bytes())
    quarantine = catalogue_of(image_folder).quarantine
    assert quarantine.to_numpy().tolist() == [
        ["Train/nevus/ISIC_0000024_segmentation.jpg", "unlabelled", "a mask or map beside an image"]
    ]
