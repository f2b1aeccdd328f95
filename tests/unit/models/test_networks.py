"""The notebook's ladder has the notebook's sizes, and networks are found by name."""

import pytest

from melanoma.config.train import TrainConfig
from melanoma.errors import ConfigError
from melanoma.models.catalog import find_network, network_names, require_network

pytestmark = pytest.mark.xdist_group("tensorflow")

# 3x3 convolutions 3-16-32-64 with bias, 22 x 22 x 64 units flattened into 128, then 9 logits
PLAIN = (3 * 9 * 16 + 16) + (16 * 9 * 32 + 32) + (32 * 9 * 64 + 64) + (22 * 22 * 64 * 128 + 128) + (128 * 9 + 9)
NORMALISATION = 4 * (16 + 32 + 64)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("cnn", PLAIN), ("cnn_dropout", PLAIN), ("cnn_batchnorm", PLAIN + NORMALISATION)],
)
def test_a_network_of_the_ladder_has_the_notebooks_number_of_parameters(name, parameters):
    from melanoma.models.network import Shape

    network = find_network(name).build(Shape(180, 9), TrainConfig(network=name))
    assert PLAIN == 3_989_801
    assert network.count_params() == parameters
    assert network.output_shape == (None, 9)


def test_dropout_takes_its_share_from_the_configuration():
    from melanoma.models.network import Shape

    network = find_network("cnn_dropout").build(Shape(48, 3), TrainConfig(dropout=0.35))
    assert network.get_layer("dropout").rate == 0.35


def test_a_network_that_does_not_exist_is_refused_with_the_names_of_those_that_do():
    with pytest.raises(ConfigError, match=r"train\.network: no network 'resnet'; choose one of: cnn, cnn_batchnorm"):
        require_network("resnet")


def test_every_file_in_the_room_is_a_network_of_its_name():
    assert [find_network(name).name for name in network_names()] == list(network_names())
