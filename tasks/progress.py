"""Progress of one task: lines in the log, and a bar in the Prefect UI once the share that is done is known."""

from types import TracebackType
from uuid import UUID

from prefect import get_run_logger
from prefect.artifacts import create_progress_artifact, update_progress_artifact


class ProgressBar:
    """Tells how far a task is."""

    def __init__(self, key: str) -> None:
        """Prepare the bar; it appears with the first share that is told.

        Args:
            key: The artifact's key, ``[a-z0-9-]``.
        """
        self._key = key
        self._artifact: UUID | None = None

    def __enter__(self) -> "ProgressBar":
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        if self._artifact and kind is None:
            update_progress_artifact(self._artifact, progress=100)

    def tell(self, text: str, share: float | None = None) -> None:
        """Log a line, and move the bar if the share that is done is known.

        Args:
            text: The line.
            share: In [0, 1].
        """
        get_run_logger().info(text)
        if share is None:
            return
        if self._artifact is None:
            created = create_progress_artifact(progress=100 * share, key=self._key, description=text)
            self._artifact = created if isinstance(created, UUID) else None
        else:
            update_progress_artifact(self._artifact, progress=100 * share, description=text)
