"""The balance stage divides copies over shards, and says which classes are almost only copies."""

import numpy as np
import pandas as pd
import pytest

from melanoma.config.pipeline import PipelineConfig
from melanoma.data.sources import list_sources
from melanoma.stages import balance
from melanoma.stages.pixels import open_examples
from melanoma.stages.table import BALANCE, BALANCE_PAGE, INGEST, SPLIT


@pytest.fixture
def made(workshop, image_folder, audited):
    """Return a function that runs the stages up to balance, with the clean set or the folder as it is."""

    def stages(shard_images=20, **config):
        sections = {"ingest": {"size_px": 32, "shard_images": shard_images}, "balance": {"images_per_class": 9}}
        workshop.config = PipelineConfig.model_validate(sections | config)
        ingest = workshop.make(INGEST, material=list_sources([image_folder]))
        divided = workshop.make(SPLIT, ingest, audited(ingest))
        return ingest, workshop.make(BALANCE, ingest, divided)

    return stages


def pixels_of(ingest, balanced):
    """Return the bytes of each copy by its name."""
    examples = open_examples(ingest, balanced)
    copies = np.flatnonzero(examples.rows["origin"] == "copy")
    names = examples.rows["image_id"].iloc[copies]
    return {name: picture.tobytes() for name, picture in zip(names, examples.images(copies), strict=True)}


def test_no_shard_of_copies_holds_more_than_it_may():
    """7 + 2 copies in shards of 3 at most: 7 = 2 + 2 + 3, and 2 alone."""
    placed = pd.DataFrame({"shard": [0] * 4 + [1] * 2 + [0] * 3, "name": list("abcdxyefg")})
    divided = balance.divide_copies(placed, most=3)
    assert ["".join(rows["name"]) for rows in divided] == ["ab", "cd", "efg", "xy"]
    assert balance.divide_copies(placed.iloc[:0], most=3) == []


def test_copies_are_the_same_whatever_shards_they_and_their_parents_stand_in(made, workshop, tmp_path, monkeypatch):
    ingest, balanced = made()
    expected = pixels_of(ingest, balanced)
    assert len(expected) > 20
    monkeypatch.setattr(balance, "MOST_COPIES", 3)
    workshop.store = type(workshop.store)(tmp_path / "another home")
    other_ingest, other = made(shard_images=7)
    assert len(other.parts) > len(balanced.parts)
    assert pixels_of(other_ingest, other) == expected
    assert other.digest == balanced.digest


def test_added_images_of_one_class_leave_the_copies_of_the_others(made, image_folder):
    before = pixels_of(*made())
    content = (image_folder / "Train/nevus/ISIC_0000024.jpg").read_bytes()
    (image_folder / "Train/nevus/ISIC_9000000.jpg").write_bytes(content + b"\0")
    after = pixels_of(*made())
    elsewhere = {name for name in before if "/nevus/" not in name}
    assert {name: after[name] for name in elsewhere if name in after}.items() <= before.items()
    shared = before.keys() & after.keys()
    assert elsewhere & shared
    assert all(before[name] == after[name] for name in shared)


def test_a_class_that_is_almost_only_copies_is_told(made):
    _, balanced = made(balance={"images_per_class": 200})
    note = balanced.summary["notes"][0]
    originals = balanced.summary["classes"][0]["original"]
    assert note == (
        f"basal cell carcinoma: {200 - originals} copies beside {originals} of its images; copies show no new lesion"
    )
    assert made()[1].summary["notes"] == []


def test_the_page_shows_every_class_with_originals_copies_and_counts(made, workshop):
    page = workshop.make(BALANCE_PAGE, *made()).path("balance.html").read_text()
    for name in ("basal cell carcinoma", "melanoma", "nevus"):
        assert f'<bdi class="name">{name}</bdi></h2>' in page
    assert "copy 1" in page
    assert page.count("<b>original</b>") == 6 * 4  # six classes, four images of each
    assert "flip left right" in page


def test_the_page_without_copies_shows_the_originals(made, workshop):
    page = workshop.make(BALANCE_PAGE, *made(balance={"mode": "none"})).path("balance.html").read_text()
    assert "No copies are made." in page
    assert "none was copied" in page
    assert "copy 1" not in page


def test_the_page_of_the_leaking_protocol_says_that_it_leaks(made, workshop):
    leaking = made(split={"protocol": "after_augmentation"}, balance={"mode": "add", "images_per_class": 20})
    assert "have a relative in training" in workshop.make(BALANCE_PAGE, *leaking).path("balance.html").read_text()


def test_names_of_files_and_classes_are_text_on_the_page(made, workshop, image_folder):
    (image_folder / "Train/nevus").rename(image_folder / "Train/<b onclick=alert(1)>")
    (image_folder / "Test/nevus").rename(image_folder / "Test/<b onclick=alert(1)>")
    page = workshop.make(BALANCE_PAGE, *made()).path("balance.html").read_text()
    assert "<b onclick" not in page
    assert "&lt;b onclick" in page
