"""Every error that `melanoma` raises on purpose.

    MelanomaError
    ├── UsageError (ValueError)              exit 2: the command or the configuration is wrong
    │   └── ConfigError
    ├── DataRefused (ValueError)             exit 3: validation refused the data
    ├── GateRefused (ValueError)             exit 4: a gate refused the challenger
    ├── LedgerBroken (ValueError)            exit 1: the promotions are not as they were written
    ├── SourceError (OSError)                exit 1: the source folder cannot be read as a set of images
    ├── ImageUnreadable (OSError)            one image; ends in quarantine, never ends a run
    ├── BucketError (OSError)                exit 1: the object storage of a home cannot be used
    ├── ArtifactDamaged (OSError)            an artifact does not match its manifest; it is rebuilt
    ├── DiskFull (OSError)                   exit 1: the disk of a home has no space for a result
    ├── TrackingError (OSError)              exit 1: MLflow does not take what is logged; never ends a run
    └── ModelError (ValueError)              exit 1: a model file does not fit

Each message is one line: what is wrong, which file or key, what to do.
"""


class MelanomaError(Exception):
    """The root; `exit_code` is what the command line ends with."""

    exit_code = 1


class UsageError(MelanomaError, ValueError):
    """The command cannot be carried out as it was typed."""

    exit_code = 2


class ConfigError(UsageError):
    """A configuration key or value is not valid."""


class DataRefused(MelanomaError, ValueError):
    """A critical validation result stands between the data and training."""

    exit_code = 3


class GateRefused(MelanomaError, ValueError):
    """A challenger is not shown to be as good as the champion."""

    exit_code = 4


class LedgerBroken(MelanomaError, ValueError):
    """A line of the promotions is not as it was written."""


class SourceError(MelanomaError, OSError):
    """The source folder holds nothing that can be read as a set of images."""


class ImageUnreadable(MelanomaError, OSError):
    """One image cannot be decoded."""


class BucketError(MelanomaError, OSError):
    """The object storage that holds a home cannot be reached, or refuses."""


class ArtifactDamaged(MelanomaError, OSError):
    """An artifact's files do not match its manifest."""


class DiskFull(MelanomaError, OSError):
    """The disk that holds a home has no space left."""


class TrackingError(MelanomaError, OSError):
    """MLflow cannot be reached, or refuses what is logged."""


class ModelError(MelanomaError, ValueError):
    """A model does not exist or does not fit the data."""
