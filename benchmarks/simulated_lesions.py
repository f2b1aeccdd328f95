"""Images of lesions of nine classes, and the answers of two models, from populations whose truth is known."""

from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from melanoma.evaluation.scored_rows import Floats, Ints, ScoredRows

# Melanoma first; the rarest class is 1 in 50.
PRIORS = np.array([0.16, 0.24, 0.16, 0.13, 0.12, 0.08, 0.05, 0.04, 0.02])
CLASSES = ("melanoma", *(f"class {c}" for c in range(1, len(PRIORS))))
IMAGES_PER_LESION = np.repeat([1, 2, 3, 4], [70, 18, 8, 4])
LESION_NOISE, IMAGE_NOISE = 0.8, 0.6


@dataclass(frozen=True)
class World:
    """A population.

    Attributes:
        signal: How far the scores of the true class are above the others, in units of their standard deviation.
        boldness: Of the logits: 1 states the true probabilities, more is too bold.
    """

    signal: float
    boldness: float


WORLDS = {"calibrated": World(1.7, 1.0), "bold": World(1.7, 1.7), "accurate": World(3.0, 1.0)}


def draw_pair(random: np.random.Generator, images: int, world: World) -> tuple[ScoredRows, ScoredRows]:
    """Draw images of lesions, and the answers of a model and of a second one that knows the first one's scores.

    The scores of an image are normal around the signal for the true class and 0 for the others, so that its posterior,
    softmax(log prior + signal / variance * score), is known: stated with boldness 1 it is calibrated.
    """
    sizes = random.choice(IMAGES_PER_LESION, images)
    groups = np.repeat(np.arange(images), sizes)[:images]
    truth = random.choice(len(PRIORS), groups[-1] + 1, p=PRIORS)[groups]
    scores = world.signal * (truth[:, None] == np.arange(len(PRIORS))) + draw_noise(random, groups)
    worse = scores + 0.7 * draw_noise(random, groups)
    return state(scores, truth, groups, world), state(worse, truth, groups, world)


def draw_noise(random: np.random.Generator, groups: Ints) -> Floats:
    of_lesion = random.normal(0, LESION_NOISE, (groups[-1] + 1, len(PRIORS)))
    return of_lesion[groups] + random.normal(0, IMAGE_NOISE, (len(groups), len(PRIORS)))


def state(scores: Floats, truth: Ints, groups: Ints, world: World) -> ScoredRows:
    logits = np.log(PRIORS) + world.signal / (LESION_NOISE**2 + IMAGE_NOISE**2) * scores
    probabilities = softmax(world.boldness * logits, axis=1)
    return ScoredRows(CLASSES, truth, probabilities.argmax(axis=1), probabilities, groups)
