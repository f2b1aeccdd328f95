"""Heads find the best solution, are chosen by validation rows alone, and become one network from pictures to logits."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from melanoma.config.train import TrainConfig
from melanoma.errors import ConfigError, ModelError

pytestmark = pytest.mark.xdist_group("tensorflow")
CLASSES = ["melanoma", "nevus", "other"]
SIDE_PX = 24


def labelled(pictures, truth, views=1):
    """The features of pictures, as the stage gathers them."""
    from melanoma.data.symmetries import turn
    from melanoma.training.head_kind import Labelled
    from tests.unit.training.tiny_backbone import tiny

    network = tiny("tiny").build(SIDE_PX, None)
    return Labelled(np.stack([network.predict_on_batch(turn(pictures, view)) for view in range(views)]), truth)


def draw(count, seed):
    """Pictures of three kinds of brightness under much noise."""
    random = np.random.default_rng(seed)
    truth = np.arange(count) % 3
    noise = random.normal(0, 60, (count, SIDE_PX, SIDE_PX, 3)) + random.normal(0, 25, (count, 1, 1, 3))
    return (100 + 25 * truth[:, None, None, None] + noise).clip(0, 255).astype(np.uint8), truth


@pytest.fixture
def task(monkeypatch):
    """Return a function that makes the task of a small noisy set, with some training options."""
    from melanoma.training import head
    from melanoma.training.head import HeadTask
    from tests.unit.training.tiny_backbone import tiny

    monkeypatch.setattr(head, "backbone_of", tiny)

    def make(**options):
        config = TrainConfig(**{"network": "tiny", "method": "head", "views": 1, **options})
        training, validation = (labelled(*draw(count, count), config.views) for count in (90, 45))
        folds, originals = np.arange(90) // 3 % 3, np.arange(90) % 2 == 0
        return HeadTask(training, validation, folds, originals, CLASSES, config, SIDE_PX, 5)

    return make


def train(task):
    from melanoma.training.head import train_head

    return train_head(task, lambda text, share: None)


def softmax(logits):
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)


def test_the_linear_head_is_the_logistic_regression_of_scikit_learn(task):
    given = task(head={"l2": [0.01]})
    raw = given.training.flat.astype(np.float64)
    standard = (raw - raw.mean(axis=0)) / raw.std(axis=0)
    # our l2 beside the mean of 90 losses is their 1 / C beside the sum: C = 1 / (90 * 0.01)
    oracle = LogisticRegression(C=1 / 0.9, tol=1e-8, max_iter=5000).fit(standard, given.training.truth)
    pictures, _ = draw(90, 90)
    ours = softmax(train(given).network.predict_on_batch(pictures).astype(np.float64))
    assert ours == pytest.approx(oracle.predict_proba(standard), abs=2e-3)


def test_of_the_strengths_the_one_that_validation_rows_like_best_is_kept(task):
    for choose, figure, best in (
        ("balanced_accuracy", "val_balanced_accuracy", max),
        ("cross_entropy", "val_balanced_loss", min),
        ("brier", "val_balanced_brier", min),
    ):
        history = train(task(head={"l2": [0.001, 10, 0.1], "choose": choose})).history
        assert [step["l2"] for step in history["epochs"]] == [10, 0.1, 0.001]
        values = [step[figure] for step in history["epochs"]]
        assert values[history["best_epoch"] - 1] == best(values)
        assert history["steps_are"] == "l2"
        losses = [step["loss"] for step in history["epochs"]]
        assert losses == sorted(losses, reverse=True)  # a weaker penalty never fits training rows worse


@pytest.mark.parametrize(
    "options",
    [
        {"views": 8, "loss": "logit_adjusted"},
        {"members": 3, "members_over": "folds", "views": 2},
        {"members": 2, "views": 2, "epochs": 2, "head": {"kind": "mlp", "hidden": 5}},
    ],
    ids=["views", "members over folds", "members over seeds"],
)
def test_probabilities_from_pictures_are_those_from_cached_features(task, options, monkeypatch):
    from melanoma.training import head

    given, fitted = task(**options), []
    kind = head._find_kind(given.config.head.kind)

    def fit(request, progress):
        fitted.append(kind.fit(request, progress))
        return fitted[-1]

    monkeypatch.setattr(head, "_find_kind", lambda name: replace(kind, fit=fit))
    features = given.validation.features.copy()
    network = train(given).network
    expected = np.mean([softmax(one.network.predict_on_batch(view)) for one in fitted for view in features], axis=0)
    pictures, _ = draw(45, 45)
    assert len(fitted) == given.config.members
    assert softmax(network.predict_on_batch(pictures)) == pytest.approx(expected, abs=1e-4)


def test_a_member_over_folds_learns_nothing_from_its_fold_and_is_chosen_by_its_originals(task):
    given = task(members=2, members_over="folds", head={"l2": [0.1]})
    histories = train(given).history["members"]
    # 30 rows a fold, of which 15 are originals
    assert [(one["training_images"], one["validation_images"]) for one in histories] == [(60, 15), (60, 15)]
    changed = task(members=2, members_over="folds", head={"l2": [0.1]})
    changed.training.truth[changed.folds == 0] = 2
    again = train(changed).history["members"]
    assert again[0]["epochs"][0]["loss"] == histories[0]["epochs"][0]["loss"]
    assert again[1]["epochs"][0]["loss"] != histories[1]["epochs"][0]["loss"]


def test_more_members_than_folds_are_refused(task):
    with pytest.raises(ConfigError, match=r"4 members over folds, but the split made 3; raise split\.folds"):
        train(task(members=4, members_over="folds"))


def test_a_head_needs_rows_to_learn_from_and_to_choose_by(task):
    given = task()
    nothing = replace(given.training, features=given.training.features[:, :0], truth=given.training.truth[:0])
    with pytest.raises(ModelError, match=r"no validation rows to choose a head by; raise split\.validation_share"):
        train(replace(given, validation=nothing))
    with pytest.raises(ModelError, match="no training rows for a head to learn from"):
        train(replace(given, training=nothing))


def test_a_perceptron_is_repeatable_and_its_seed_and_its_best_epoch_count(task):
    options = {"head": {"kind": "mlp", "hidden": 8}, "epochs": 6, "patience": 2, "learning_rate": 0.05}
    first, second = train(task(**options)), train(task(**options))
    other = train(replace(task(**options), seed=6))
    weights = [np.concatenate([w.ravel() for w in one.network.get_weights()]) for one in (first, second, other)]
    assert (weights[0] == weights[1]).all()
    assert (weights[0] != weights[2]).any()
    errors = [step["val_balanced_brier"] for step in first.history["epochs"]]
    assert errors[first.history["best_epoch"] - 1] == min(errors)
    assert first.history["stopped_early"] == (len(errors) < 6)
    assert first.history["steps_are"] == "epoch"


def test_a_perceptron_without_early_stopping_keeps_its_last_epoch(task):
    options = {"head": {"kind": "mlp", "hidden": 4}, "epochs": 3, "early_stopping": False, "loss": "focal"}
    assert train(task(**options)).history["best_epoch"] == 3


def test_a_perceptron_whose_loss_is_not_finite_stops_and_names_the_epoch(task):
    given = task(head={"kind": "mlp", "hidden": 4}, epochs=2)
    given.training.features[0, 3, 2] = np.inf
    with (
        np.errstate(invalid="ignore"),
        pytest.raises(ModelError, match=r"epoch 1: the head's loss is nan; lower train\.learning_rate"),
    ):
        train(given)
