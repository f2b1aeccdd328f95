"""How a download bears with a bad line: what went wrong, how often to try again, and how long to wait before."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from melanoma.errors import SourceError
from melanoma.seeding import generator


class TransferFailed(SourceError):
    """An answer that trying again will not better."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        """Remember why.

        Args:
            reason: In words, without the address.
            status: The HTTP status, if the server gave one.
        """
        super().__init__(reason)
        self.reason = reason
        self.status = status


class TransferCut(TransferFailed):
    """A failure that may pass: a cut, a delay, a busy server, damaged bytes."""

    def __init__(self, reason: str, status: int | None = None, wait_s: float = 0.0) -> None:
        """Remember why.

        Args:
            reason: In words, without the address.
            status: The HTTP status, if the server gave one.
            wait_s: How long the server asked us to wait.
        """
        super().__init__(reason, status)
        self.wait_s = wait_s


class BytesDamaged(TransferCut):
    """Something came, and it is not what was asked for."""


@dataclass(frozen=True)
class Patience:
    """How long a download goes on trying.

    Attributes:
        attempts: How often one thing is tried.
        first_wait_s: The wait after the first failure; it doubles with each further one.
        longest_wait_s: No wait is longer, whatever the server asks for.
        timeout_s: How long to wait for a connection and for the next bytes.
        sleep: Waits for some seconds; None for a wait that ends when the download is stopped.
        seed: Of the jitter, which keeps many clients from coming back at once.
    """

    attempts: int = 6
    first_wait_s: float = 1.0
    longest_wait_s: float = 120.0
    timeout_s: float = 30.0
    sleep: Callable[[float], None] | None = None
    seed: int = 0

    def wait_s(self, name: str, attempt: int, asked_s: float) -> float:
        """Return how long to wait after a failed attempt.

        Args:
            name: What is being tried; each thing has a jitter of its own.
            attempt: The failed attempt, from 0.
            asked_s: What the server asked for, seconds.

        Returns:
            Seconds: first_wait_s * 2^attempt times a jitter in [0.5, 1.5), at least asked_s, at most longest_wait_s.
        """
        jitter = generator(self.seed, "retry", name, attempt).uniform(0.5, 1.5)
        own_s = self.first_wait_s * math.ldexp(jitter, attempt)
        return min(max(own_s, asked_s), self.longest_wait_s)
