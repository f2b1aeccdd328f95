"""Lines in object storage, to which several machines add: each line is an object, and the first to write it has it.

promotions/000001, promotions/000002, ...
"""

from melanoma.artifacts.bucket import Bucket


class BucketLog:
    """Lines that are added and never changed."""

    def __init__(self, bucket: Bucket, room: str) -> None:
        self._bucket, self._room = bucket, room

    def read(self) -> list[str]:
        """Return all lines, without their ends, in order."""
        names = [f"{self._room}/{entry}" for entry in self._bucket.entries(self._room)]
        found = self._bucket.read_all(names)
        return [found[name].decode(errors="replace") for name in names if name in found]

    def add(self, number: int, line: str) -> bool:
        """Write a line, without its end.

        Args:
            number: Which line it is, from 1.
            line: What it says.

        Returns:
            Whether it was written; False where another one has that number.
        """
        return self._bucket.create(f"{self._room}/{number:06d}", line.encode())
