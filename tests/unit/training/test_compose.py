"""One model averages networks and views; its file opens without this project."""

import subprocess
import sys

import numpy as np
import pytest

pytestmark = pytest.mark.xdist_group("tensorflow")


def network(seed, classes=3):
    import keras
    from keras import layers

    keras.utils.set_random_seed(seed)
    stack = [keras.Input((6, 6, 3), name="image"), layers.Rescaling(1 / 255), layers.Flatten(), layers.Dense(classes)]
    return keras.Sequential(stack, name="same_name")


def logits_of(model, images):
    import keras

    return np.asarray(keras.ops.convert_to_numpy(model(images.astype(np.float32))), dtype=np.float64)


def softmax(logits):
    raised = np.exp(logits)
    return raised / raised.sum(axis=-1, keepdims=True)


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(1).integers(0, 256, (5, 6, 6, 3), dtype=np.uint8)


@pytest.mark.parametrize(("count", "views"), [(1, 2), (1, 8), (3, 1), (2, 4)])
def test_its_softmax_is_the_mean_probability_over_members_and_views(images, count, views):
    from melanoma.data.symmetries import turn
    from melanoma.training.compose import average

    members = [network(seed) for seed in range(count)]
    expected = np.mean(
        [softmax(logits_of(member, turn(images, view))) for member in members for view in range(views)], axis=0
    )
    logits = logits_of(average(members, views), images)
    assert np.exp(logits) == pytest.approx(expected, abs=1e-6)
    assert softmax(logits) == pytest.approx(expected, abs=1e-6)


def test_one_network_that_sees_one_view_is_itself():
    from melanoma.training.compose import average

    one = network(0)
    assert average([one], 1) is one


def test_its_logarithm_is_finite_where_all_members_are_sure(images):
    from melanoma.training.compose import average

    sure = [network(seed) for seed in range(2)]
    for member in sure:
        member.set_weights([member.get_weights()[0] * 0, np.array([300.0, 0.0, -300.0])])
    assert logits_of(average(sure, 2), images)[0] == pytest.approx([0, -300, -600])


def test_the_members_are_not_changed(images):
    from melanoma.training.compose import average

    members = [network(seed) for seed in range(2)]
    before = [logits_of(member, images) for member in members]
    average(members, 8)
    assert [member.name for member in members] == ["same_name"] * 2
    assert all((logits_of(member, images) == one).all() for member, one in zip(members, before, strict=True))


def test_graph_and_pixels_agree_on_every_symmetry(images):
    import keras

    from melanoma.data.symmetries import SYMMETRIES, turn
    from melanoma.training.compose import turn_in_graph

    for symmetry in range(SYMMETRIES):
        turned = keras.ops.convert_to_numpy(turn_in_graph(keras.ops.convert_to_tensor(images), symmetry))
        assert (turned == turn(images, symmetry)).all(), symmetry


def test_its_file_opens_in_safe_mode_where_this_project_is_not(images, tmp_path):
    from melanoma.training.compose import average
    from melanoma.training.model_file import save_model
    from melanoma.training.model_info import ModelInfo

    model = average([network(0), network(1)], 8)
    info = ModelInfo(classes=("a", "b", "c"), size_px=6, fit="squash", network="same_name", method="scratch")
    save_model(model, tmp_path / "model.keras", info)
    np.save(tmp_path / "images.npy", images)
    code = (
        "import sys, keras, numpy as np\n"
        "model = keras.saving.load_model('model.keras', compile=False, safe_mode=True)\n"
        "np.save('logits.npy', np.asarray(model(np.load('images.npy').astype('float32'))))\n"
        "assert not any(name.startswith('melanoma') for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-P", "-c", code], cwd=tmp_path, check=True, capture_output=True, timeout=200)
    assert np.load(tmp_path / "logits.npy") == pytest.approx(logits_of(model, images), abs=1e-6)
