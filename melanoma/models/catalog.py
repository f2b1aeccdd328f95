"""Networks by name. Names are known without importing Keras, so that a misspelt one is refused at once."""

import pkgutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from melanoma.discovery import discover
from melanoma.errors import ConfigError
from melanoma.fingerprint import digest_value

if TYPE_CHECKING:
    import keras

    from melanoma.config.train import TrainConfig
    from melanoma.models.network import Backbone, Network

_ROOM = Path(__file__).parent / "networks"


def network_names() -> tuple[str, ...]:
    """Return the names of all networks."""
    return tuple(sorted(entry.name for entry in pkgutil.iter_modules([str(_ROOM)])))


def require_network(name: str) -> None:
    """Refuse a network that does not exist.

    Raises:
        ConfigError: If there is none of that name.
    """
    for part in name.split("+"):
        if part not in network_names():
            raise ConfigError(f"train.network: no network {part!r}; choose one of: {', '.join(network_names())}")


def find_network(name: str) -> "Network":
    """Return a network by its name.

    Raises:
        ConfigError: If there is none of that name.
    """
    require_network(name)
    networks: dict[str, Network] = {
        module.NETWORK.name: module.NETWORK for module in discover("melanoma.models.networks")
    }
    return networks[name]


def parts_of(name: str) -> tuple[str, ...]:
    """Return the networks that a name joins: ``a+b`` is ``a`` and ``b``, any other is itself."""
    return tuple(name.split("+"))


def has_backbone(name: str) -> bool:
    """Tell whether a network has a pretrained part."""
    return all("backbone=" in (_ROOM / f"{part}.py").read_text("utf-8") for part in parts_of(name))


def backbone_of(name: str) -> "Backbone":
    """Return the pretrained part of a network; that of ``a+b`` puts the features of ``a`` before those of ``b``.

    Raises:
        ConfigError: If there is none of that name, or it has no pretrained part.
    """
    backbones = [backbone for part in parts_of(name) if (backbone := find_network(part).backbone)]
    if len(backbones) < len(parts_of(name)):
        raise ConfigError(f"train.network: {name} has no pretrained weights; choose one that has, or scratch")
    return backbones[0] if len(backbones) == 1 else _join(name, backbones)


def resolve_method(config: "TrainConfig") -> str:
    """Return how to train: what `train.method` says, and for ``auto`` head where it can."""
    if config.method != "auto":
        return config.method
    return "head" if has_backbone(config.network) else "scratch"


def _join(name: str, backbones: "Sequence[Backbone]") -> "Backbone":
    from melanoma.models.network import Backbone

    def build(size_px: int, weights: str | None) -> "keras.Model":
        import keras

        image = keras.Input((size_px, size_px, 3), name="image")
        features = [backbone.build(size_px, weights)(image) for backbone in backbones]
        joined = keras.layers.Concatenate(dtype="float32", name="features")(features)
        return keras.Model(image, joined, name=f"{name.replace('+', '_and_')}_features")

    return Backbone(build, lambda weights: digest_value([backbone.weights_digest(weights) for backbone in backbones]))
