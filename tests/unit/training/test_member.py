"""One network: killed after any epoch it comes to the same bytes; what is frozen stays; what is not finite stops it."""

import shutil
from functools import partial

import numpy as np
import pytest

from melanoma.errors import ConfigError, ModelError
from melanoma.training.sampling import order_epoch

pytestmark = pytest.mark.xdist_group("tensorflow")
EVERYTHING = {
    "augment": 0.7,
    "ema": 0.9,
    "optimizer": "adamw",
    "weight_decay": 0.05,
    "schedule": "cosine",
    "warmup_epochs": 1,
    "sampler": "sqrt",
}


def train(request, tell=lambda text, share: None):
    from melanoma.training.member import train_member

    return train_member(request, tell)


def bytes_of(trained):
    return b"".join(array.tobytes() for array in trained.network.get_weights())


def test_killed_after_any_epoch_it_goes_on_to_the_same_bytes(make_request, tmp_path):
    settings = {"method": "finetune", "frozen_epochs": 1, **EVERYTHING}
    bench, told = tmp_path / "bench", []

    def leave_behind(text, share):
        told.append(text)
        shutil.copytree(bench, tmp_path / f"killed-{len(told)}")

    undisturbed = train(make_request(workbench=bench, epochs=3, **settings), leave_behind)
    assert len(told) > 1
    for epochs in range(1, len(told) + 1):
        told_again = []
        request = make_request(workbench=tmp_path / f"killed-{epochs}", epochs=3, **settings)
        resumed = train(request, lambda text, share, told=told_again: told.append(text))
        assert told_again == told[epochs:]
        assert resumed.history == undisturbed.history
        assert bytes_of(resumed) == bytes_of(undisturbed)


def test_the_head_learns_first_then_the_backbone_in_inference_mode(make_request):
    def parts(epochs, frozen):
        trained = train(make_request(method="finetune", epochs=epochs, frozen_epochs=frozen, early_stopping=False))
        backbone = trained.network.get_layer("tiny_backbone")
        norm = backbone.get_layer("norm")
        return {
            "conv": backbone.get_layer("conv").get_weights()[0],
            "statistics": np.stack(norm.get_weights()[2:]),
            "head": trained.network.get_layer("logits").get_weights()[0],
        }, trained.history

    (frozen, history), (thawed, _) = parts(1, 1), parts(2, 1)
    (never_frozen, _) = parts(1, 0)
    assert history["method"] == "finetune"
    assert (frozen["conv"] != thawed["conv"]).any()
    assert (frozen["conv"] != never_frozen["conv"]).any()
    for one in (frozen, thawed, never_frozen):
        assert (one["statistics"] == np.array([[0.0] * 4, [1.0] * 4])).all()  # those that it came with
    # Adam moves a weight by up to its rate a step: 3 steps of 0.02 for the head, of a tenth of that for the backbone.
    assert 0 < np.abs(never_frozen["conv"] - frozen["conv"]).max() < 3 * 0.002 * 1.2
    assert np.abs(thawed["head"] - frozen["head"]).max() > 0.02


def test_the_kept_weights_are_the_averaged_ones_that_were_validated(make_request):
    request = make_request(ema=0.9, epochs=2)
    trained = train(request)
    best = trained.history["epochs"][trained.history["best_epoch"] - 1]
    images = request.validation.images(np.arange(8))
    truth = np.arange(8) % 2
    trained.network.compile(loss="sparse_categorical_crossentropy", jit_compile=False)
    logits = trained.network.predict(images, verbose=0)
    chance = np.exp(logits)[np.arange(8), truth] / np.exp(logits).sum(axis=1)
    assert -np.log(chance).mean() == pytest.approx(best["val_loss"], rel=1e-4)


@pytest.fixture
def break_in(monkeypatch):
    """Return a function after which image 7 cannot be learned from an epoch on."""
    from melanoma.data.examples import ExampleSet
    from melanoma.training import member

    gather, fit_epoch = ExampleSet.images, member.fit_epoch

    def gather_broken(self, positions):
        broken = np.where(positions == 7, np.nan, 1.0)[:, None, None, None]
        return gather(self, positions) * broken

    def begin_broken(first, trainer, batches, seed, epoch):
        if epoch == first:
            monkeypatch.setattr(ExampleSet, "images", gather_broken)
        return fit_epoch(trainer, batches, seed, epoch)

    return lambda first: monkeypatch.setattr(member, "fit_epoch", partial(begin_broken, first))


def test_a_loss_that_is_not_finite_names_epoch_and_batch_and_keeps_the_last_good_weights(
    make_request, tmp_path, break_in
):
    from melanoma.training.model_file import load_model

    good = train(make_request(epochs=1))
    break_in(1)
    with pytest.raises(ModelError) as caught:
        train(make_request(epochs=3, workbench=tmp_path))
    path = tmp_path / "last_good.keras"
    batch = 1 + int(np.flatnonzero(order_epoch(np.arange(24) % 2, "none", 5, 1) == 7)[0]) // 8
    assert str(caught.value) == (
        f"epoch 2, batch {batch} of 3: the loss is not finite; lower train.learning_rate; "
        f"the last good weights are kept in {path}"
    )
    kept = load_model(path).network.get_weights()
    assert all((one == other).all() for one, other in zip(kept, good.network.get_weights(), strict=True))


def test_in_the_first_epoch_there_are_no_good_weights_to_keep(make_request, tmp_path, break_in):
    break_in(0)
    with pytest.raises(ModelError, match=r"^epoch 1, batch \d of 3: .* not finite; lower train\.learning_rate$"):
        train(make_request(workbench=tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_fine_tuning_needs_pretrained_weights(make_request):
    with pytest.raises(
        ConfigError, match=r"train\.method: headless has no pretrained weights to fine-tune; use scratch"
    ):
        train(make_request(network="headless", method="finetune"))


def test_determinism_is_switched_on_and_off(make_request):
    from tensorflow.python.framework.config import is_op_determinism_enabled

    from melanoma.training.determinism import seed_training

    seed_training(1, deterministic=True)
    assert is_op_determinism_enabled()
    seed_training(1, deterministic=False)
    assert not is_op_determinism_enabled()
