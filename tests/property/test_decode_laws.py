"""Whatever a file holds, it is a picture or it is quarantined: no file ends a run."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from melanoma.data.decode import decode_image
from melanoma.errors import ImageUnreadable

pytestmark = pytest.mark.filterwarnings("ignore:::PIL")  # what Pillow says of broken files is not for the user
QUICK = settings(max_examples=150, deadline=None)
PICTURE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (24, 40, 3), dtype=np.uint8))


def stored(form):
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Camera"
    exif[0x011A] = 72.0
    exif[0x0132] = "2020:01:01 00:00:00"
    stream = io.BytesIO()
    PICTURE.save(stream, form, exif=exif)
    return stream.getvalue()


FILES = {form: stored(form) for form in ("JPEG", "PNG", "WEBP")}


def is_picture_or_refused(content):
    """Decode, or say why not in one line; any other error would end a run."""
    try:
        decoded = decode_image(content, 32, 1)
    except ImageUnreadable as refused:
        return "\n" not in str(refused)
    return (decoded.pixels.shape, decoded.pixels.dtype) == ((32, 32, 3), np.uint8)


@QUICK
@given(st.sampled_from(sorted(FILES)), st.data())
def test_a_file_with_some_changed_bytes_is_a_picture_or_refused(form, data):
    content = bytearray(FILES[form])
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert is_picture_or_refused(bytes(content))


@settings(max_examples=600, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 150), st.sampled_from([0, 1, 2, 3, 5, 7, 12, 255])), min_size=1, max_size=2))
def test_a_photo_with_a_damaged_exif_block_is_a_picture_or_refused(changes):
    content = bytearray(FILES["JPEG"])
    start = content.index(b"Exif") + 6
    for place, byte in changes:
        content[start + place] = byte
    assert is_picture_or_refused(bytes(content))


@QUICK
@given(st.binary(max_size=200))
def test_bytes_are_a_picture_or_refused(content):
    assert is_picture_or_refused(content)


@QUICK
@given(st.sampled_from(sorted(FILES)), st.data())
def test_a_file_that_is_cut_is_never_a_crash(form, data):
    assert is_picture_or_refused(FILES[form][: data.draw(st.integers(0, len(FILES[form]) - 1))])
