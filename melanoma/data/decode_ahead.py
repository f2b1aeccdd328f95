"""Decode images on all cores while somebody else works on those that are ready."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

from melanoma.config.ingest import IngestConfig
from melanoma.data.decode import Decoded, decode_image
from melanoma.data.sources import ImageFile, open_images
from melanoma.errors import ImageUnreadable, SourceError

AHEAD = 128
Outcome = Decoded | str


def decode_ahead(images: Sequence[ImageFile], config: IngestConfig) -> Iterator[tuple[ImageFile, Outcome]]:
    """Decode images as ingest does, in order; no more than `AHEAD` of them are in memory.

    Args:
        images: Where they are.
        config: Size, fit and limit.

    Yields:
        Each image as it was decoded, or the reason why it cannot be read.
    """
    rest = iter(images)
    under_way: deque[tuple[ImageFile, Future[Outcome]]] = deque()
    with open_images(images) as read, ThreadPoolExecutor() as pool:
        try:
            while True:
                for image in islice(rest, AHEAD - len(under_way)):
                    under_way.append((image, pool.submit(_try_decode, image, read, config)))
                if not under_way:
                    return
                image, outcome = under_way.popleft()
                yield image, outcome.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _try_decode(image: ImageFile, read: Callable[[ImageFile], bytes], config: IngestConfig) -> Outcome:
    try:
        return decode_image(read(image), config.size_px, config.max_megapixels, config.fit)
    except SourceError as problem:
        return str(problem).removeprefix(f"{image.root / image.file.name}: ")
    except ImageUnreadable as problem:
        return str(problem)
