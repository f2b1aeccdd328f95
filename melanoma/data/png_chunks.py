"""Tell whether a PNG file is whole: decoders look at the pixels and pass over the checksums that stand beside them."""

import struct
import zlib
from collections.abc import Iterator

from melanoma.errors import ImageUnreadable

_SIGNATURE_BYTES = 8
_LENGTH_AND_KIND = struct.Struct(">I4s")
_CHECKSUM = struct.Struct(">I")
_LAST = b"IEND"


def require_whole_png(content: bytes) -> None:
    """Compare each chunk with its checksum, up to the last one; nothing is decompressed or copied.

    A damaged text or date is as much a sign of a damaged file as damaged pixels, so every chunk counts. What follows
    the last chunk does not. See Portable Network Graphics (PNG) Specification, section 5.3, "Chunk layout".

    Args:
        content: The bytes of a file that begins as a PNG does.

    Raises:
        ImageUnreadable: If a chunk does not match its checksum, or the file ends before the last chunk.
    """
    for kind, checksum, expected in _chunks(memoryview(content)):
        if checksum != expected:
            name = kind.decode("ascii", "backslashreplace")
            raise ImageUnreadable(f"cannot be decoded: the PNG's chunk {name!r} does not match its checksum")
        if kind == _LAST:
            return
    raise ImageUnreadable("cannot be decoded: the PNG is cut off")


def _chunks(content: memoryview) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, actual and recorded checksum of each chunk that is wholly there."""
    start = _SIGNATURE_BYTES
    while start + _LENGTH_AND_KIND.size <= len(content):
        length, kind = _LENGTH_AND_KIND.unpack_from(content, start)
        end = start + _LENGTH_AND_KIND.size + length
        if end + _CHECKSUM.size > len(content):
            return
        (expected,) = _CHECKSUM.unpack_from(content, end)
        yield kind, zlib.crc32(content[start + 4 : end]), expected
        start = end + _CHECKSUM.size
