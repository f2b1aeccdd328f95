"""Draw how one lesion looks: its diagnosis' traits, with the ambiguity of a hard case."""

import numpy as np

from melanoma.data.synthetic.traits import DIAGNOSES, TRAIT_NAMES, Range, Traits

AMBIGUOUS_SHARE = 0.45
BORROWED_SHARE = (0.25, 0.6)


def draw_look(diagnosis: str, rng: np.random.Generator) -> Traits[float]:
    """Draw one lesion's traits.

    A share of the lesions is ambiguous: each of their traits may come from a diagnosis that this one is mistaken for.
    Without them a classifier would reach 100 %, and no figure of the report would be put to the test.

    Args:
        diagnosis: A key of `DIAGNOSES`.
        rng: The lesion's own stream.

    Returns:
        One number per trait, in the units of `Traits`.
    """
    own = DIAGNOSES[diagnosis]
    mimic = DIAGNOSES[own.mimics[rng.integers(len(own.mimics))]]
    borrowed = rng.uniform(*BORROWED_SHARE) if rng.random() < AMBIGUOUS_SHARE else 0.0
    sources = {name: mimic if rng.random() < borrowed else own for name in TRAIT_NAMES}
    return Traits(**{name: _strength(getattr(source.traits, name), rng) for name, source in sources.items()})


def _strength(span: Range, rng: np.random.Generator) -> float:
    present = rng.random() < span.presence
    return float(rng.uniform(span.low, span.high)) if present else 0.0
