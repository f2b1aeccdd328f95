"""The aliases of the registered model: what the promotions say, in MLflow's words. The promotions stay the truth."""

from collections.abc import Sequence

from melanoma.registry.champion import CHAMPION, find_champion, last_judged
from melanoma.registry.entry import Entry

CHALLENGER = "challenger"


def name_aliases(entries: Sequence[Entry]) -> dict[str, Entry | None]:
    """Return which line's model each alias stands for.

    Args:
        entries: The whole ledger, oldest first.

    Returns:
        ``champion``: the model in place. ``challenger``: the model that was judged last, where it is not the champion:
        it was refused, or was promoted and rolled back. None where there is none.

    Raises:
        LedgerBroken: If a line goes back to what was not the champion before.
    """
    champion, judged = find_champion(entries), last_judged(entries)
    is_other = judged is not None and (champion is None or judged.model_sha256 != champion.model_sha256)
    return {CHAMPION: champion, CHALLENGER: judged if is_other else None}
