"""A model to be tested on a set that it was not made from."""

from dataclasses import dataclass
from functools import cached_property

from melanoma.fingerprint import digest_file, digest_value
from melanoma.stages.found_model import FoundModel


@dataclass(frozen=True)
class ModelTest:
    """What the evaluate-data stage is made from beside the set.

    Attributes:
        model: The model.
        keep_known: Whether images stay in that the model was trained or chosen on.
    """

    model: FoundModel
    keep_known: bool = False

    @cached_property
    def digest(self) -> str:
        """The sha256 of the model's file, of its frozen rules, and of the data that it knows."""
        manifest = self.model.manifest
        return digest_value(
            [self.model.sha256, str(self.model.rules), digest_file(manifest) if manifest else None, self.keep_known]
        )
