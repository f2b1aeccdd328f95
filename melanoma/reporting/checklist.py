"""A reporting guideline, item by item, and what a run's report holds for each.

A new one is a new file in `melanoma.reporting.checklists` that defines ``CHECKLIST``. The items are told in our own
words; an author who submits a paper fills in the guideline's own form from them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from melanoma.discovery import discover
from melanoma.reporting.evidence import Evidence

State = Literal["filled", "partly", "for the author"]
STATES: tuple[State, ...] = ("filled", "partly", "for the author")


@dataclass(frozen=True)
class Answer:
    """What a report holds for an item.

    Attributes:
        state: ``filled``, ``partly`` or ``for the author``.
        text: Where in the report it is and the run's own number or fact; what is missing; what the author must write.
    """

    state: State
    text: str


AnswerRule = Callable[[Evidence], Answer]


@dataclass(frozen=True)
class Item:
    """One item.

    Attributes:
        number: As the guideline counts it.
        topic: What it asks for, in our own words.
        answer: Decides from a run's evidence what the report holds for it.
    """

    number: str
    topic: str
    answer: AnswerRule


@dataclass(frozen=True)
class Checklist:
    """One guideline.

    Attributes:
        name: What it is called.
        source: Where it was published.
        items: In its own order.
        numbers_are_checked: Whether the items' numbers were held against the published list or a copy of it.
    """

    name: str
    source: str
    items: tuple[Item, ...]
    numbers_are_checked: bool = True


@dataclass(frozen=True)
class Answered:
    """A guideline with the answers of one run."""

    checklist: Checklist
    answers: tuple[tuple[Item, Answer], ...]

    def count(self, state: State) -> int:
        """Return how many items are in a state."""
        return sum(answer.state == state for _, answer in self.answers)


def answer_checklists(evidence: Evidence) -> tuple[Answered, ...]:
    """Answer the guideline of every file in `melanoma.reporting.checklists`, sorted by file name."""
    lists: list[Checklist] = [module.CHECKLIST for module in discover("melanoma.reporting.checklists")]
    return tuple(
        Answered(checklist, tuple((item, item.answer(evidence)) for item in checklist.items)) for checklist in lists
    )


def filled(text: str) -> Answer:
    """The report holds it."""
    return Answer("filled", text)


def partly(text: str) -> Answer:
    """The report holds some of it."""
    return Answer("partly", text)


def ask_author(text: str) -> AnswerRule:
    """Return the rule of an item that no run can know."""
    return lambda evidence: Answer("for the author", text)
