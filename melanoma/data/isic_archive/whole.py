"""Tell whether a fetched file of the right length is the file that was sent."""

import base64
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from melanoma.data.decode import decode_image
from melanoma.errors import ImageUnreadable

_NOT_WHOLE = "what the server sends is no whole picture"
_JPEGS = ("JPEG", "MPO")
_JPEG_END = b"\xff\xd9"
_TRAILER_BYTES = 2**16  # some cameras write a little after the end marker
_SMALL_PX = 64
_MAX_MEGAPIXELS = 100.0


def find_flaw(path: Path, headers: Mapping[str, str]) -> str | None:
    """Compare a file with the server's checksum, if it gave one, and read it as a picture.

    Args:
        path: A file of the right length.
        headers: Those of the answer that carried it, or its last part.

    Returns:
        What is wrong with it, or None.
    """
    return _digest_flaw(path, headers) or _picture_flaw(path)


def sent_md5(headers: Mapping[str, str]) -> str | None:
    """Return the MD5 of the whole file in hexadecimal, if the server gave it.

    An ETag of 32 hexadecimal digits is the content's MD5 in S3, where the archive keeps its files, unless the object is
    encrypted with a key of its own (https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html). Content-MD5 is
    that of what one answer carries (RFC 1864), so that it counts only if nothing is left out.

    Examples:
        >>> sent_md5({"ETag": '"d41d8cd98f00b204e9800998ecf8427e"'})
        'd41d8cd98f00b204e9800998ecf8427e'
        >>> sent_md5({"ETag": '"d41d8cd98f00b204e9800998ecf8427e-2"'})
    """
    tag = re.fullmatch(r'"([0-9a-f]{32})"', headers.get("ETag", ""))
    own_key = (
        headers.get("x-amz-server-side-encryption", "AES256") != "AES256"
        or "x-amz-server-side-encryption-customer-algorithm" in headers
    )
    if tag and not own_key:
        return tag[1]
    given = headers.get("Content-MD5")
    if given is None or "Content-Range" in headers:
        return None
    try:
        return base64.b64decode(given, validate=True).hex()
    except ValueError:
        return None


def _digest_flaw(path: Path, headers: Mapping[str, str]) -> str | None:
    expected = sent_md5(headers)
    if expected is None:
        return None
    with path.open("rb") as stream:
        actual = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    return None if actual == expected else "its bytes were damaged on the way: the server's checksum is another"


def _picture_flaw(path: Path) -> str | None:
    """Decode it small: all bytes are read, little memory is used."""
    content = path.read_bytes()
    try:
        decoded = decode_image(content, _SMALL_PX, _MAX_MEGAPIXELS)
    except ImageUnreadable as problem:
        return f"{_NOT_WHOLE}: {problem}"
    if decoded.format in _JPEGS and _JPEG_END not in content[-_TRAILER_BYTES:]:
        return f"{_NOT_WHOLE}: a JPEG without an end"
    return None
