"""Cohen's kappa: how far truth and prediction agree beyond what their frequencies alone would give."""

import numpy as np

from melanoma.evaluation.metric import Metric
from melanoma.evaluation.ranking import divide
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Floats


def kappa(sample: Sample) -> Floats:
    """Return (p_o - p_e) / (1 - p_e), unweighted (Cohen 1960, Educational and Psychological Measurement 20:37-46).

    p_o is the share that agrees; p_e is what would agree if predictions were dealt out at random, each diagnosis as
    often as it is predicted. 1 is full agreement, 0 that of chance, below 0 less than chance.

    Args:
        sample: B weightings.

    Returns:
        Float64 [B]; not a number where one diagnosis has all the weight: kappa would be 0 whatever was predicted.

    Examples:
        Two of three agree; by chance (2 * 1 + 1 * 2) / 9 = 4/9 would: (6 - 4) / (9 - 4).

        >>> import numpy as np
        >>> from melanoma.evaluation.sample import whole_sample
        >>> from melanoma.evaluation.scored_rows import ScoredRows
        >>> rows = ScoredRows(
        ...     classes=("melanoma", "nevus"),
        ...     truth=np.array([0, 0, 1]),
        ...     predicted=np.array([0, 1, 1]),
        ...     probabilities=np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]]),
        ...     groups=np.arange(3),
        ... )
        >>> kappa(whole_sample(rows))
        array([0.4])
    """
    agreed = divide(sample.hits.sum(axis=1), sample.total)
    by_chance = _agreement_by_chance(sample)
    several = (sample.actual > 0).sum(axis=1) > 1
    return np.where(several, divide(agreed - by_chance, 1 - by_chance), np.nan)


def find_span(whole: Sample) -> tuple[float, float]:
    """Return kappa if no lesion and if every lesion agreed, by as much agreement by chance: -p_e / (1 - p_e) and 1.

    So kappa is the agreement p_o, a proportion, stretched; its variance p_o (1 - p_o) / (n (1 - p_e)^2) is Cohen's,
    which is rather too large than too small (Fleiss, Cohen and Everitt 1969, Psychological Bulletin 72:323-327).
    """
    by_chance = float(_agreement_by_chance(whole)[0])
    return -by_chance / (1 - by_chance), 1.0


def _agreement_by_chance(sample: Sample) -> Floats:
    return divide(np.einsum("bc,bc->b", sample.actual, sample.predicted), sample.total**2)


METRIC = Metric(name="kappa", function=kappa, needs="the split has rows of one class only", lower=-1.0, span=find_span)
