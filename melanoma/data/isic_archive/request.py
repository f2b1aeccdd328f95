"""What to download: which images of the ISIC Archive, and where its API is."""

import re
from dataclasses import dataclass

from melanoma.errors import UsageError
from melanoma.fingerprint import digest_value

ARCHIVE_URL = "https://api.isic-archive.com/api/v2/"
_READABLE_LETTERS = 40
_PAGE_IMAGES = 100


@dataclass(frozen=True)
class DownloadRequest:
    """Images asked of the archive.

    Attributes:
        query: A search in the archive's own syntax, such as ``diagnosis_3:"Melanoma Invasive" AND sex:male``; empty for
            all images.
        collections: Ids of collections; an image of any of them is meant. Empty for all images.
        limit: At most so many images, those that the archive lists first; None for all.
        base_url: Where the archive's API is.
        workers: Downloads side by side.
    """

    query: str = ""
    collections: tuple[int, ...] = ()
    limit: int | None = None
    base_url: str = ARCHIVE_URL
    workers: int = 8

    def __post_init__(self) -> None:
        """Refuse what the archive cannot be asked.

        Raises:
            UsageError: If a number is out of range or the address is none.
        """
        if self.limit is not None and self.limit < 1:
            raise UsageError(f"limit {self.limit}: give at least 1, or leave it out for all images")
        if any(number < 1 for number in self.collections):
            raise UsageError(f"collections {list(self.collections)}: give the archive's numbers, such as 70")
        if self.workers < 1:
            raise UsageError(f"workers {self.workers}: give at least 1")
        if not re.match(r"https?://[^/\s]+", self.base_url):
            raise UsageError(f"{self.base_url!a}: not an address of an API; expected https://...")

    @property
    def api(self) -> str:
        """The API's address, which ends in a slash."""
        return self.base_url.rstrip("/") + "/"

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of the search, as the API names them."""
        per_page = min(self.limit or _PAGE_IMAGES, _PAGE_IMAGES)
        collections = ",".join(map(str, self.collections))
        return {"query": self.query, "collections": collections, "limit": str(per_page)}

    @property
    def slug(self) -> str:
        """A folder's name: readable, and different for different images.

        Examples:
            >>> DownloadRequest("sex:male", (70,), 10).slug
            'sex-male-c70-n10-b163f5c8'
        """
        asked = [self.query, sorted(self.collections), self.limit, self.api]
        limit = [] if self.limit is None else [f"n{self.limit}"]
        text = " ".join([self.query, *(f"c{number}" for number in self.collections), *limit])
        readable = re.sub(r"[^a-z0-9]+", "-", text.lower())[:_READABLE_LETTERS].strip("-")
        return f"{readable or 'all'}-{digest_value(asked)[:8]}"
