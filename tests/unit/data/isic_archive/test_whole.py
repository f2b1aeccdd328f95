import base64
import hashlib
import io

import numpy as np
import pytest
from PIL import Image

from melanoma.data.isic_archive.whole import find_flaw, sent_md5

MD5 = hashlib.md5(b"x").hexdigest()


def picture(kind):
    stream = io.BytesIO()
    pixels = np.random.default_rng(1).integers(0, 255, (40, 60, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(stream, format=kind)
    return stream.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_a_whole_picture_has_no_flaw_with_or_without_a_checksum(tmp_path, kind):
    path = tmp_path / "a.jpg"
    path.write_bytes(picture(kind))
    assert find_flaw(path, {}) is None
    assert find_flaw(path, {"ETag": f'"{hashlib.md5(path.read_bytes()).hexdigest()}"'}) is None


def test_a_little_after_the_end_of_a_jpeg_is_no_flaw(tmp_path):
    (tmp_path / "a.jpg").write_bytes(picture("JPEG") + b"camera's own")
    assert find_flaw(tmp_path / "a.jpg", {}) is None


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.95])
def test_a_picture_whose_end_is_blank_has_a_flaw(tmp_path, kind, share):
    content = picture(kind)
    kept = int(share * len(content))
    (tmp_path / "a.jpg").write_bytes(content[:kept] + bytes(len(content) - kept))
    assert "no whole picture" in find_flaw(tmp_path / "a.jpg", {})


def test_another_checksum_is_a_flaw_though_the_picture_can_be_read(tmp_path):
    (tmp_path / "a.jpg").write_bytes(picture("JPEG"))
    assert "checksum" in find_flaw(tmp_path / "a.jpg", {"ETag": f'"{MD5}"'})
    assert "checksum" in find_flaw(tmp_path / "a.jpg", {"Content-MD5": base64.b64encode(bytes.fromhex(MD5)).decode()})


@pytest.mark.parametrize(
    ("headers", "md5"),
    [
        ({"ETag": f'"{MD5}"'}, MD5),
        ({"ETag": f'"{MD5}"', "x-amz-server-side-encryption": "AES256"}, MD5),
        ({"ETag": f'"{MD5}"', "x-amz-server-side-encryption": "aws:kms"}, None),
        ({"ETag": f'"{MD5}"', "x-amz-server-side-encryption-customer-algorithm": "AES256"}, None),
        ({"ETag": f'W/"{MD5}"'}, None),
        ({"ETag": f'"{MD5}-2"'}, None),
        ({"ETag": '"5f3c-1a"'}, None),
        ({"Content-MD5": base64.b64encode(bytes.fromhex(MD5)).decode()}, MD5),
        ({"Content-MD5": "%%%"}, None),
        ({"Content-MD5": base64.b64encode(bytes.fromhex(MD5)).decode(), "Content-Range": "bytes 1-2/3"}, None),
        ({}, None),
    ],
)
def test_only_what_is_an_md5_of_the_whole_file_counts_as_one(headers, md5):
    assert sent_md5(headers) == md5
