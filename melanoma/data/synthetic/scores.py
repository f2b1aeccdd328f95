"""Predictions of a model of which everything is known, to hold against what an evaluation says of them.

The scores z of an image are normal with variance 1, of mean s for its own diagnosis and 0 for the others, s being the
separation. By Bayes' rule the probability of diagnosis k is then softmax(s z_k + log prior_k), which is calibrated. Two
functions make it miscalibrated: softmax(sharpness * logits), whose calibration slope for two classes is 1 / sharpness,
and odds of melanoma that are multiplied by a number, whose intercept is minus the logarithm of that number.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import log_softmax, softmax

from melanoma.config.synthetic import SyntheticScoresConfig
from melanoma.data.synthetic.plan import VIEWS_SHARES, draw_age_years, draw_site, is_in_group
from melanoma.data.synthetic.traits import DIAGNOSES
from melanoma.seeding import generator

CLASSES = tuple(DIAGNOSES)
STATISTICS = ("mean", "spread", "border", "sharpness")
_MELANOMA = CLASSES.index("melanoma")
# Of the variance of a score, the share that all views of one lesion have in common.
_OF_LESION = 0.6

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def draw_predictions(config: SyntheticScoresConfig) -> pd.DataFrame:
    """Draw a table of predictions.

    Lesions have one to four images, and age and site that go with their diagnosis, as in the drawn set. What is not
    planted depends on the diagnosis alone, so that no subgroup is harder than another with the same diagnoses.

    Args:
        config: How many rows of each split, what is planted, and the seed.

    Returns:
        One row per image, in the columns of `predictions.parquet`.
    """
    sizes = {name: getattr(config, name) for name in ("validation", "calibration", "test")}
    tables = [_draw_split(name, size, config) for name, size in sizes.items() if size]
    return pd.concat(tables, ignore_index=True)


def draw_statistics(predictions: pd.DataFrame, config: SyntheticScoresConfig) -> pd.DataFrame:
    """Draw simple properties of the pictures, alike in all splits but for what is planted.

    Args:
        predictions: What `draw_predictions` returned for the same settings.
        config: Says how far those of Test have moved.

    Returns:
        One row per image, indexed by ``image_id``; every column has a standard deviation of 1.
    """
    values = generator(config.seed, "statistics").normal(size=(len(predictions), len(STATISTICS)))
    values[:, 0] += config.test_statistics * (predictions["split"] == "test").to_numpy()
    return pd.DataFrame(values, index=pd.Index(predictions["image_id"]), columns=list(STATISTICS))


def _draw_split(split: str, size: int, config: SyntheticScoresConfig) -> pd.DataFrame:
    random = generator(config.seed, "scores", split)
    lesions = _number_lesions(size, random)
    table = _describe_lesions(split, int(lesions[-1]) + 1, random).iloc[lesions].reset_index(drop=True)
    truth = table["diagnosis"].map(CLASSES.index).to_numpy(np.int64)
    chances = _state(truth, lesions, _separations(table, split, config), config, random)
    names = [f"{split}_{number:06d}" for number in range(size)]
    return table.assign(
        image_id=names,
        isic_id=names,
        parent_id=None,
        has_relative=False,
        predicted=np.array(CLASSES)[chances.argmax(axis=1)],
        **{f"probability:{name}": chances[:, place] for place, name in enumerate(CLASSES)},
    )


def _number_lesions(size: int, random: np.random.Generator) -> Ints:
    """Return the lesion of each image, int64 [n], counted from 0."""
    views = random.choice(len(VIEWS_SHARES), p=VIEWS_SHARES, size=size) + 1
    return np.repeat(np.arange(size), views)[:size].astype(np.int64)


def _describe_lesions(split: str, count: int, random: np.random.Generator) -> pd.DataFrame:
    shares = [diagnosis.share for diagnosis in DIAGNOSES.values()]
    names = [CLASSES[place] for place in random.choice(len(CLASSES), p=shares, size=count)]
    return pd.DataFrame(
        {
            "split": split,
            "group_id": [f"{split} lesion {number}" for number in range(count)],
            "diagnosis": names,
            "age_approx": [5.0 * round(draw_age_years(DIAGNOSES[name], random) / 5) for name in names],
            "sex": random.choice(["female", "male"], size=count),
            "anatom_site_general": [draw_site(DIAGNOSES[name], random) for name in names],
        }
    )


def _separations(table: pd.DataFrame, split: str, config: SyntheticScoresConfig) -> tuple[Floats, Floats]:
    """Return the separation of each row, and the one that the model takes it to have."""
    people = zip(table["age_approx"], table["sex"], strict=True)
    harder = np.array([is_in_group(config.harder_group, years, sex) for years, sex in people])
    believed = np.where(harder, config.harder_separation, config.separation)
    moved = split == "test" and config.test_separation is not None
    return (np.full(len(table), config.test_separation) if moved else believed), believed


def _state(
    truth: Ints,
    lesions: Ints,
    separations: tuple[Floats, Floats],
    config: SyntheticScoresConfig,
    random: np.random.Generator,
) -> Floats:
    """Return the probabilities that the model states, float64 [n, C]."""
    real, believed = separations
    own = random.normal(size=(int(lesions[-1]) + 1, len(CLASSES)))[lesions]
    noise = np.sqrt(_OF_LESION) * own + np.sqrt(1 - _OF_LESION) * random.normal(size=own.shape)
    scores = real[:, None] * np.eye(len(CLASSES))[truth] + noise
    logits = believed[:, None] * scores + np.log([diagnosis.share for diagnosis in DIAGNOSES.values()])
    logits[:, _MELANOMA] += np.log(config.melanoma_odds)
    return np.asarray(softmax(config.sharpness * log_softmax(logits, axis=1), axis=1), dtype=np.float64)
