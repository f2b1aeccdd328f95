"""A retraining: the champion that is challenged, and what has changed in the source since it was made."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from melanoma.config.split import SplitConfig
from melanoma.data.sources import Sources
from melanoma.errors import UsageError
from melanoma.fingerprint import digest_value
from melanoma.registry.champion import last_judged
from melanoma.registry.changes import SourceChanges, compare_source
from melanoma.registry.ledger import Entries, read_ledger
from melanoma.runs import RUN, RunFolder, read_run
from melanoma.stages.champion import Champion, find_standing
from melanoma.stages.external_match import ScoredSet

# Sections that make no model and judge none.
_LOOKS_ONLY = ("report", "tune", "tracking")


@dataclass(frozen=True)
class Challenge:
    """What the promotion stage is made from beside the challenger's artifacts.

    Attributes:
        champion: The model in place, if any.
        changes: What is new since its run; None without one.
        external: What challenger and champion say of each registered set.
    """

    champion: Champion | None
    changes: SourceChanges | None
    external: tuple[ScoredSet, ...] = ()

    @cached_property
    def digest(self) -> str:
        """The sha256 of the line that promoted the champion, of the changes, and of what was said of other sets."""
        changes = self.changes.to_json() if self.changes else None
        seal = self.champion.entry.seal if self.champion else None
        return digest_value([seal, changes, [scored.digest for scored in self.external]])


@dataclass(frozen=True)
class Retraining:
    """What a run that retrains knows before it looks at its source.

    Attributes:
        home: Where the promotions are.
        champion: The model in place, if any.
        judged: The lines so far.
    """

    home: Path
    champion: Champion | None
    judged: Entries

    def challenge(self, sources: Sources) -> Challenge:
        """Compare the source with that of the champion's run."""
        if self.champion is None:
            return Challenge(None, None)
        images = ((image.image_id, image.file.sha256) for image in sources.images)
        return Challenge(self.champion, compare_source(images, self.champion.manifest, self.champion.quarantine))

    def find_same(self, data_digest: str, config: Mapping[str, Any]) -> str | None:
        """Say which run has judged the same data under the same configuration; None where none has.

        The champion's own run counts, and the last one that was judged: else each week would judge the same refused
        challenger again.

        Args:
            data_digest: The digest of the source.
            config: The whole configuration as JSON values.
        """
        last = last_judged(self.judged)
        candidates = [entry for entry in (self.champion and self.champion.entry, last) if entry]
        for entry in candidates:
            folder = RunFolder(self.home, entry.run_id)
            if (folder.path / RUN).is_file() and _is_same(read_run(folder), data_digest, config):
                now = "is the champion" if entry == candidates[0] and self.champion else f"was judged: {entry.action}"
                return f"data and configuration are those of run {entry.run_id}, which {now}"
        return None


def find_retraining(home: Path) -> Retraining:
    """Look up the champion and what was judged.

    Args:
        home: Where the promotions are.

    Raises:
        LedgerBroken: If they are not as they were written.
        ModelError: If the champion is not what was promoted.
    """
    return Retraining(home, find_standing(home), read_ledger(home))


def require_clean(config: SplitConfig) -> None:
    """Refuse a protocol whose figures cannot be compared with a champion's.

    Raises:
        UsageError: If the protocol leaks.
    """
    if config.protocol != "grouped":
        raise UsageError(f"split.protocol {config.protocol} leaks, and no model of it is promoted; use grouped")


def _is_same(record: Mapping[str, Any], data_digest: str, config: Mapping[str, Any]) -> bool:
    return record["data_digest"] == data_digest and _essence(record["config"]) == _essence(config)


def _essence(config: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values for name, values in config.items() if name not in _LOOKS_ONLY}
