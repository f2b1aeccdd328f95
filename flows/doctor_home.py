"""What checks of `melanoma doctor` ask of a home, without changing it."""

import fcntl
from pathlib import Path


def nearest_folder(path: Path) -> Path:
    """Return a path itself if it is a folder, else the nearest folder above it."""
    return next(folder for folder in (path, *path.parents) if folder.is_dir())


def is_locked(path: Path) -> bool:
    """Tell whether a process holds a lock file.

    Args:
        path: The file; one that is not there is held by nobody.
    """
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # let go when the file is closed, at once
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False
