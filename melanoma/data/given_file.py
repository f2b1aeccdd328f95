"""A file that the user gives beside the images, as it was when the run began."""

from dataclasses import dataclass
from pathlib import Path

from melanoma.errors import SourceError, UsageError
from melanoma.fingerprint import digest_bytes, digest_file


@dataclass(frozen=True)
class GivenFile:
    """A file and its sha256; where it is takes no part in the digest.

    Attributes:
        path: Where it is.
        sha256: Of its content.
    """

    path: Path
    sha256: str

    def read(self) -> bytes:
        """Return its content.

        Raises:
            SourceError: If it is gone or no longer the same.
        """
        try:
            content = self.path.read_bytes()
        except OSError as problem:
            raise SourceError(
                f"{self.path}: cannot be read ({problem.strerror}); put it back and run again"
            ) from problem
        if digest_bytes(content) != self.sha256:
            raise SourceError(f"{self.path}: was changed while the run was reading it; run again")
        return content


def look_at(path: str, key: str) -> GivenFile:
    """Note what a file holds.

    Args:
        path: Where it is.
        key: The configuration key that names it.

    Returns:
        The file and its digest.

    Raises:
        UsageError: If it cannot be read.
    """
    try:
        return GivenFile(Path(path), digest_file(Path(path)))
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or "not a path"
        raise UsageError(f"{key}: {path}: cannot be read ({reason}); give a file that can") from problem
