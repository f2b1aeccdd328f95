"""A head with metadata learns what pictures do not show, and predicts where nothing is known, too."""

import numpy as np
import pandas as pd
import pytest

from melanoma.config.train import TrainConfig
from melanoma.training.metadata import encode_metadata, encode_views

pytestmark = pytest.mark.xdist_group("tensorflow")
CLASSES = ["melanoma", "nevus"]
FIELDS = ("age_approx", "sex", "anatom_site_general")
SIDE_PX = 24


def draw(count, seed):
    """Pictures of noise, all alike; sex alone tells their classes apart, and an eighth of the sexes is not known."""
    random = np.random.default_rng(seed)
    truth = np.arange(count) % 2
    sex = np.where(truth == 1, "female", "male").astype(object)
    sex[random.random(count) < 1 / 8] = None
    rows = pd.DataFrame({"sex": sex, "age_approx": random.integers(20, 80, count).astype(float)})
    return random.integers(0, 256, (count, SIDE_PX, SIDE_PX, 3), dtype=np.uint8), rows, truth


def labelled(data, config, seed):
    from melanoma.data.symmetries import turn
    from melanoma.training.head_kind import Labelled
    from tests.unit.training.tiny_backbone import tiny

    pictures, rows, truth = data
    network = tiny("tiny").build(SIDE_PX, None)
    features = np.stack([network.predict_on_batch(turn(pictures, view)) for view in range(config.views)])
    return Labelled(np.concatenate([features, encode_views(rows, config.metadata, config.views, seed)], axis=2), truth)


@pytest.fixture(scope="module")
def train():
    """Return a function that trains a head on 160 such pictures."""
    from melanoma.training import head
    from tests.unit.training.tiny_backbone import tiny

    def fit(metadata, seed=5, **options):
        given = {"network": "tiny", "method": "head", "views": 2, "head": {"l2": [0.1]}, **options}
        config = TrainConfig.model_validate({**given, "metadata": metadata})
        training, validation = labelled(draw(160, 1), config, seed), labelled(draw(60, 2), config, None)
        folds, originals = np.arange(160) // 2 % 2, np.ones(160, dtype=bool)
        task = head.HeadTask(training, validation, folds, originals, CLASSES, config, SIDE_PX, seed)
        return head.train_head(task, lambda text, share: None)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(head, "backbone_of", tiny)
        yield fit


def inputs(pictures, rows):
    return {"image": pictures, "metadata": encode_metadata(rows, FIELDS)}


HEADS = {
    "linear": {"head": {"l2": [0.1]}},
    "mlp": {"head": {"kind": "mlp", "hidden": 8}, "epochs": 12, "learning_rate": 0.02},
    "members": {"head": {"l2": [0.1]}, "members": 2, "members_over": "folds"},
}


def certainty(logits):
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return np.abs(chances - 0.5).mean()


@pytest.fixture(scope="module", params=HEADS.values(), ids=HEADS)
def sighted(train, request):
    """A head that was trained with metadata, of each kind."""
    return train(FIELDS, **request.param).network


def test_what_sex_alone_tells_is_learned_with_metadata(sighted):
    pictures, rows, truth = draw(80, 3)
    hits = sighted.predict_on_batch(inputs(pictures, rows)).argmax(axis=1) == truth
    is_known = rows["sex"].notna().to_numpy()
    assert hits[is_known].all()
    assert hits[~is_known].mean() < 0.9


def test_without_metadata_it_is_not_learned(train):
    pictures, _, truth = draw(80, 3)
    trained = train(())
    assert (trained.network.predict_on_batch(pictures).argmax(axis=1) == truth).mean() < 0.7
    assert trained.history["metadata"] == []


def test_a_prediction_depends_on_the_images_own_row_alone_and_needs_none_of_it(sighted):
    pictures, rows, _ = draw(30, 3)
    order = np.random.default_rng(4).permutation(30)
    logits = sighted.predict_on_batch(inputs(pictures, rows))
    permuted = sighted.predict_on_batch(inputs(pictures[order], rows.iloc[order]))
    np.testing.assert_allclose(permuted, logits[order], atol=1e-5)
    unknown = sighted.predict_on_batch(inputs(pictures, pd.DataFrame(index=range(30))))
    assert np.isfinite(unknown).all()
    assert certainty(unknown) < certainty(logits) - 0.1  # a model that is told nothing is less sure


def test_equal_seeds_give_equal_heads_and_the_history_says_which_fields_were_used(train):
    first, second, other = (train(("sex",), seed=seed) for seed in (5, 5, 6))
    weights = [np.concatenate([w.ravel() for w in one.network.get_weights()]) for one in (first, second, other)]
    assert (weights[0] == weights[1]).all()
    assert (weights[0] != weights[2]).any()  # others are taken as unknown
    assert first.history["metadata"] == ["sex"]
