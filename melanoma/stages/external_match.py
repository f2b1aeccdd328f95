"""Challenger and champion on a registered set from elsewhere: the images that neither has met and both name alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from melanoma.artifacts.record import Artifact
from melanoma.data.listing import find_files
from melanoma.errors import UsageError
from melanoma.evaluation.check_predictions import FEWEST_IMAGES
from melanoma.fingerprint import digest_value
from melanoma.stages.files import METRICS, PREDICTIONS
from melanoma.stages.job import Summary


@dataclass(frozen=True)
class ScoredSet:
    """What each of the two says of a set.

    Attributes:
        title: What the set is called.
        challenger: The artifact of evaluate-data; None where the set cannot be scored.
        champion: The champion's; None where there is no champion either.
        reason: Why the set cannot be scored; empty if it can.
    """

    title: str
    challenger: Artifact | None = None
    champion: Artifact | None = None
    reason: str = ""

    @property
    def digest(self) -> str:
        """The sha256 of what both say."""
        made = [artifact.digest if artifact else None for artifact in (self.challenger, self.champion)]
        return digest_value([self.title, self.reason, *made])


def title_sets(places: Sequence[str]) -> tuple[str, ...]:
    """Name each set after its folder or archive; of two that are called alike, the second bears its number.

    Examples:
        >>> title_sets(["a/clinic", "b/clinic", "c.zip"])
        ('clinic', 'clinic (2)', 'c.zip')
    """
    names = [Path(place).name for place in places]
    counts = [names[: number + 1].count(name) for number, name in enumerate(names)]
    return tuple(f"{name} ({count})" if count > 1 else name for name, count in zip(names, counts, strict=True))


def require_external(places: Sequence[str]) -> None:
    """Find out whether each registered set is there, before anything is trained.

    Raises:
        UsageError: If one is not.
        SourceError: If one cannot be read.
    """
    for place in places:
        try:
            find_files(Path(place))
        except UsageError as problem:
            raise UsageError(f"gates.external: {problem}") from problem


@dataclass(frozen=True, eq=False)
class ExternalRows:
    """The images of a set that both are judged on.

    Attributes:
        title: What the set is called.
        challenger: The challenger's predictions; None where there is nothing to judge.
        champion: The champion's of the same images; None where there is no champion.
        document: What the decision says of the set: counts, how its diagnoses were mapped, sentences.
    """

    title: str
    challenger: pd.DataFrame | None
    champion: pd.DataFrame | None
    document: Summary


def pair_external(scored: ScoredSet) -> ExternalRows:
    """Choose the images of a set that both have scored under the same diagnosis.

    Each model is scored without the images that it has met, and by its own diagnoses: what one of them has met, or
    what the two call by different names, is left out for both.

    Args:
        scored: What each says.
    """
    if scored.challenger is None:
        return _nothing(scored.title, scored.reason, {"mapping": [], "notes": []})
    first, data = _read(scored.challenger)
    kept, about = first, {"mapping": data["mapping"], "notes": [f"challenger: {note}" for note in data["notes"]]}
    second = None
    if scored.champion:
        theirs, of_champion = _read(scored.champion)
        both = first[["image_id", "diagnosis"]].merge(theirs[["image_id", "diagnosis"]], on=["image_id", "diagnosis"])
        kept, second = (_pick(table, both["image_id"]) for table in (first, theirs))
        about["notes"] += [f"champion: {note}" for note in of_champion["notes"]]
        about["notes"] += _tell_dropped(len(kept), len(first), len(theirs))
    if len(kept) < FEWEST_IMAGES or kept["diagnosis"].nunique() == 1:
        which = "that neither has met and both name alike" if scored.champion else "to judge"
        return _nothing(scored.title, f"{len(kept)} images {which}, of {kept['diagnosis'].nunique()} diagnoses", about)
    return ExternalRows(scored.title, kept, second, {**_about(scored.title, len(kept), None), **about})


def _read(artifact: Artifact) -> tuple[pd.DataFrame, Summary]:
    return pd.read_parquet(artifact.path(PREDICTIONS)), artifact.read_json(METRICS)["data"]


def _pick(table: pd.DataFrame, names: "pd.Series[str]") -> pd.DataFrame:
    return table.set_index("image_id").loc[names.tolist()].reset_index()


def _tell_dropped(kept: int, challenger: int, champion: int) -> list[str]:
    if kept == challenger == champion:
        return []
    what = "the others were met by one of the two, or are called otherwise by it"
    return [f"{kept:,} images are judged, of {challenger:,} of the challenger and {champion:,} of the champion: {what}"]


def _nothing(title: str, reason: str, about: Summary) -> ExternalRows:
    return ExternalRows(title, None, None, {**_about(title, 0, reason), **about})


def _about(title: str, judged: int, reason: str | None) -> Summary:
    return {"title": title, "judged": judged, "reason": reason}
