"""Images come decoded, in order, as ingest would decode them, and never many at a time."""

import io
import threading

import numpy as np
import pytest
from PIL import Image

from melanoma.config.ingest import IngestConfig
from melanoma.data import decode_ahead
from melanoma.data.decode import decode_image
from melanoma.data.given_images import find_images

CONFIG = IngestConfig(size_px=32, fit="crop")


@pytest.fixture
def folder(tmp_path):
    random = np.random.default_rng(2)
    for number in range(7):
        Image.fromarray(random.integers(0, 256, (20, 30, 3), dtype=np.uint8)).save(tmp_path / f"{number}.png")
    (tmp_path / "3.png").write_bytes((tmp_path / "3.png").read_bytes()[:90])
    (tmp_path / "5.png").write_text("no picture")
    return tmp_path


def test_pixels_are_those_of_ingest_and_failures_have_a_reason_in_their_place(folder):
    images = find_images([folder]).images
    outcomes = dict(decode_ahead.decode_ahead(images, CONFIG))
    assert list(outcomes) == list(images)
    reasons = {image.file.name: outcome for image, outcome in outcomes.items() if isinstance(outcome, str)}
    assert set(reasons) == {"3.png", "5.png"}
    assert reasons["5.png"] == "not an image, whatever its name says"
    first = decode_image((folder / "0.png").read_bytes(), 32, 170, "crop")
    np.testing.assert_array_equal(outcomes[images[0]].pixels, first.pixels)


def test_a_file_that_vanishes_is_a_failure_of_its_own(folder):
    images = find_images([folder]).images
    (folder / "0.png").unlink()
    outcomes = [outcome for _, outcome in decode_ahead.decode_ahead(images, CONFIG)]
    assert outcomes[0].startswith("cannot be read (No such file")
    assert not isinstance(outcomes[1], str)


def test_no_more_than_a_window_is_decoded_before_it_is_asked_for(folder, monkeypatch):
    started, lock = [], threading.Lock()

    def count(content, *_):
        with lock:
            started.append(1)
        return decode_image(content, 32, 170)

    monkeypatch.setattr(decode_ahead, "AHEAD", 2)
    monkeypatch.setattr(decode_ahead, "decode_image", count)
    stream = decode_ahead.decode_ahead(find_images([folder]).images, CONFIG)
    next(stream)
    assert len(started) <= 2
    stream.close()
    assert len(started) <= 2


def test_a_picture_is_read_from_an_archive_too(folder, tmp_path_factory):
    import zipfile

    path = tmp_path_factory.mktemp("zip") / "a.zip"
    content = io.BytesIO()
    Image.new("RGB", (9, 9), "red").save(content, "PNG")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("red.png", content.getvalue())
    ((_, decoded),) = decode_ahead.decode_ahead(find_images([path]).images, CONFIG)
    assert (decoded.pixels == (255, 0, 0)).all()
