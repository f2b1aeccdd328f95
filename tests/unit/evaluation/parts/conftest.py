"""Splits whose probabilities are right by construction, or wrong by a known amount."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import softmax

from melanoma.config.evaluate import EvaluateConfig
from melanoma.evaluation.scored_rows import ScoredRows
from melanoma.evaluation.split_evaluation import SplitEvaluation

CLASSES = ("melanoma", "nevus", "vascular lesion")


@pytest.fixture
def draw_split():
    """Return a maker of splits whose true classes are drawn from softmax(logits), while softmax(boldness * logits)
    is stated: with boldness 1 the probabilities are calibrated, and the best temperature is the boldness."""

    def draw(name="test", size=1000, boldness=1.0, seed=0, per_lesion=1, **config):
        random = np.random.default_rng(seed)
        lesions = size // per_lesion
        logits = np.repeat(random.normal(0, 1.5, (lesions, 3)), per_lesion, axis=0)
        draws = np.repeat(random.random(lesions), per_lesion)
        truth = (np.cumsum(softmax(logits, axis=1), axis=1) < draws[:, None]).sum(axis=1)
        stated = softmax(boldness * logits, axis=1)
        rows = ScoredRows(CLASSES, truth, stated.argmax(axis=1), stated, np.repeat(np.arange(lesions), per_lesion))
        return SplitEvaluation(name, pd.DataFrame(), rows, EvaluateConfig(**{"resamples": 200} | config), seed)

    return draw
