"""The files that the user gives to stages beside the images."""

from dataclasses import dataclass
from functools import cached_property

from melanoma.config.train import TrainConfig
from melanoma.config.validate import ValidateConfig
from melanoma.data.given_file import GivenFile, look_at
from melanoma.fingerprint import digest_value


@dataclass(frozen=True)
class GivenFiles:
    """A reference to compare labels with, and expectations of the user's own; each may be absent."""

    reference_labels: GivenFile | None = None
    expectations: GivenFile | None = None

    @cached_property
    def digest(self) -> str:
        """The sha256 of what they hold."""
        files = (self.reference_labels, self.expectations)
        return digest_value([file.sha256 if file else None for file in files])


@dataclass(frozen=True)
class GivenWeights:
    """The file of weights that the train stage starts from."""

    file: GivenFile

    @property
    def digest(self) -> str:
        """The sha256 of what it holds."""
        return self.file.sha256


def find_given_files(config: ValidateConfig) -> GivenFiles | None:
    """Look at the files that a configuration names.

    Args:
        config: The validate stage's section.

    Returns:
        The files; None if it names none, so that there is nothing to put into the stage's key.

    Raises:
        UsageError: If one cannot be read.
    """
    named = {"reference_labels": config.reference_labels, "expectations": config.expectations}
    files = {name: look_at(path, f"validation.{name}") for name, path in named.items() if path}
    return GivenFiles(**files) if files else None


def find_given_weights(config: TrainConfig) -> GivenWeights | None:
    """Look at the file of weights that a configuration names.

    Args:
        config: The train stage's section.

    Returns:
        The file; None if it names none.

    Raises:
        UsageError: If it cannot be read.
    """
    return GivenWeights(look_at(config.weights, "train.weights")) if config.weights else None
