"""The balance page: some training images of every class beside their copies, in one HTML file that opens offline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from melanoma.augmentation.plan import is_mostly_copies
from melanoma.config.balance import BalanceConfig, OperationConfig
from melanoma.reporting.page import set_page

MOST_PICTURES = 420
MOST_FAMILIES = 4
MOST_COPIES = 6


@dataclass(frozen=True)
class Family:
    """One image and some of its copies, as PNG or JPEG bytes.

    Attributes:
        image_id: Which image.
        original: Its picture.
        copies: Pictures of its first copies, by number.
        made: All copies that were made of it.
    """

    image_id: str
    original: bytes
    copies: tuple[bytes, ...]
    made: int


@dataclass(frozen=True)
class BalancedClass:
    """One diagnosis: its training images, the copies made of them, and what is shown."""

    diagnosis: str
    originals: int
    copies: int
    families: tuple[Family, ...]

    @property
    def images(self) -> int:
        """Originals and copies together."""
        return self.originals + self.copies

    @property
    def is_mostly_copies(self) -> bool:
        """Whether its few images have very many copies."""
        return is_mostly_copies(self.originals, self.copies)


@dataclass(frozen=True)
class BalanceRecord:
    """What the page shows.

    Attributes:
        version: The version of `melanoma` that made it.
        config: Mode, size and operations.
        classes: Every diagnosis, that with the fewest originals first.
        leak: `leak.json`.
    """

    version: str
    config: BalanceConfig
    classes: Sequence[BalancedClass]
    leak: Mapping[str, Any]

    @property
    def originals(self) -> int:
        """Training images of all diagnoses."""
        return sum(entry.originals for entry in self.classes)

    @property
    def copies(self) -> int:
        """Copies of all diagnoses."""
        return sum(entry.copies for entry in self.classes)

    @property
    def largest(self) -> int:
        """Images of the largest class, copies included; 1 where there is none."""
        return max((entry.images for entry in self.classes), default=0) or 1


def families_per_class(classes: int) -> int:
    """Return how many images of a class are shown, so that the page stays small however many classes there are.

    Examples:
        >>> families_per_class(9), families_per_class(30), families_per_class(1000)
        (4, 2, 0)
    """
    return min(MOST_FAMILIES, MOST_PICTURES // ((1 + MOST_COPIES) * max(classes, 1)))


def render_balance_page(record: BalanceRecord) -> str:
    """Write the page; every name of the data is escaped, and its policy forbids scripts and requests.

    Args:
        record: What the artifact of balance holds.

    Returns:
        The text of an HTML file, to be stored as UTF-8.
    """
    operations = [describe_operation(operation) for operation in record.config.operations]
    return set_page("balance.html.j2", record=record, config=record.config, operations=operations)


def describe_operation(operation: OperationConfig) -> tuple[str, float, str]:
    """Return an operation's name, how often it is applied, and its options as one text."""
    options = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in operation.options.items())
    return operation.name.replace("_", " "), operation.probability, options
