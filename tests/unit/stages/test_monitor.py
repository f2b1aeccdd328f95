"""The monitor stage on a tiny network: new images against those of a champion that was promoted before."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from melanoma.data.sources import list_sources
from melanoma.stages.challenge import Challenge, find_retraining
from melanoma.stages.table import INGEST, MONITOR
from tests.unit.stages.crowned_run import RUN, crown


def add(folder, change=lambda pixels: pixels, metadata=lambda row: row):
    """Add each training image once more, mirrored, and what is known of it; both changed by a function."""
    known = pd.read_csv(folder / "metadata.csv")
    rows = known.set_index("isic_id").to_dict("index")
    for path in sorted(folder.glob("Train/*/*.jpg")):
        pixels = change(np.asarray(Image.open(path))[:, ::-1].astype(float)).clip(0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(path.with_stem(_again(path.stem)), quality=90)
        row = {**rows[path.stem], "isic_id": _again(path.stem)}
        more = {name: f"new {row[name]}" for name in ("lesion_id", "patient_id")}
        known = pd.concat([known, pd.DataFrame([metadata({**row, **more})])], ignore_index=True)
    known.to_csv(folder / "metadata.csv", index=False)


def _again(isic_id):
    return f"ISIC_9{isic_id[-6:]}"


def watch(workshop, image_folder):
    sources = list_sources([image_folder])
    challenge = find_retraining(workshop.store.home).challenge(sources)
    artifact = workshop.carry_out(MONITOR, workshop.make(INGEST, material=sources), material=challenge).artifact
    return artifact, artifact.read_json("monitor.json")


def test_images_like_the_champions_show_no_drift(workshop, made, image_folder):
    crown(workshop.store.home, made())
    add(image_folder)
    artifact, found = watch(workshop, image_folder)
    assert found["drifted"] == []
    tested = {test["what"] for test in found["drift"]["tests"]}
    assert {"brightness", "age_approx", "sex", "predicted classes", "features of the champion"} <= tested
    assert (found["changes"]["new"], found["drift"]["new"], found["drift"]["groups"]) == (36, 36, 30)
    assert found["champion"]["run_id"] == RUN
    page = artifact.path("monitor.html").read_text()
    assert "No drift is shown" in page
    assert page.count("<img ") == len(found["drift"]["tests"]) + 1  # a figure each, and all in one
    assert artifact.path("figure.png").read_bytes().startswith(b"\x89PNG")
    assert artifact.summary == found


def test_a_planted_cast_of_colour_is_found_in_pictures_features_and_classes(workshop, made, image_folder):
    crown(workshop.store.home, made())
    add(image_folder, lambda pixels: pixels * [1.0, 0.75, 0.6])
    artifact, found = watch(workshop, image_folder)
    assert {"border_blue", "border_green", "features of the champion"} <= set(found["drifted"])
    assert "New images differ" in artifact.path("monitor.html").read_text()


def test_a_planted_shift_of_age_is_found_there_and_missing_metadata_too(workshop, made, image_folder):
    crown(workshop.store.home, made())
    # The old ones are 40 to 60 years; of the new ones no site is known.
    add(image_folder, metadata=lambda row: {**row, "age_approx": 75, "anatom_site_general": None})
    _, found = watch(workshop, image_folder)
    tests = {test["what"]: test for test in found["drift"]["tests"]}
    assert {"age_approx", "anatom_site_general"} <= set(found["drifted"])
    assert "sex" not in found["drifted"]
    assert (tests["age_approx"]["new_median"], tests["age_approx"]["distance"]) == (75, 1)


def test_few_new_images_and_those_that_cannot_be_read_are_told(workshop, made, image_folder):
    crown(workshop.store.home, made())
    add(image_folder)
    for path in sorted(image_folder.glob("Train/*/ISIC_9*.jpg"))[3:]:
        path.unlink()
    (image_folder / "Train" / "nevus" / "broken.jpg").write_bytes(b"\xff\xd8\xff broken")
    artifact, found = watch(workshop, image_folder)
    assert found["drift"]["notes"] == ["2 new groups of images are too few to test; 8 are needed"]
    assert found["unreadable"] == 1
    page = artifact.path("monitor.html").read_text()
    assert "Too few new images to tell" in page
    assert "1 that cannot" in page
    assert not (artifact.folder / "figure.png").exists()


def test_pixels_that_are_gone_leave_the_network_out_and_it_is_said(workshop, made, image_folder):
    import shutil

    ingest, *_ = artifacts = made()
    crown(workshop.store.home, artifacts)
    add(image_folder)
    sources = list_sources([image_folder])
    now = workshop.make(INGEST, material=sources)
    shutil.rmtree(ingest.folder)
    challenge = find_retraining(workshop.store.home).challenge(sources)
    found = workshop.carry_out(MONITOR, now, material=challenge).artifact.read_json("monitor.json")
    assert found["drift"]["notes"][1] == (
        "predicted classes and features of the champion were not compared: the pixels of the champion's run are gone; "
        "run it again"
    )


def test_without_a_champion_the_stage_is_not_asked(workshop, made):
    ingest, *_ = made()
    with pytest.raises(LookupError, match="there is no champion"):
        workshop.carry_out(MONITOR, ingest, material=Challenge(None, None))
