"""Networks by name. Names are known without importing Keras, so that a misspelt one is refused at once."""

import ast
import pkgutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from melanoma.config.train import TrainConfig
from melanoma.discovery import discover
from melanoma.errors import ConfigError
from melanoma.fingerprint import digest_value
from melanoma.models.applications import application, application_modules

if TYPE_CHECKING:
    import keras

    from melanoma.models.network import Backbone, Network

    Build = Callable[[int, str | None], keras.Model]

Method = Literal["head", "finetune", "scratch"]

_ROOM = Path(__file__).parent / "networks"
_WEIGHTS_ROOM = "melanoma.models.pretrained."
_JOINS = "+"


def network_names() -> tuple[str, ...]:
    """Return the names of our own networks."""
    return tuple(sorted(entry.name for entry in pkgutil.iter_modules([str(_ROOM)])))


def parts_of(name: str) -> tuple[str, ...]:
    """Return the networks that a name joins: ``a+b`` is ``a`` and ``b``, any other is itself."""
    return tuple(name.split(_JOINS))


def require_network(name: str) -> None:
    """Refuse a network that does not exist, and joined ones that cannot be joined.

    Raises:
        ConfigError: If there is none of that name, or one of joined networks has no pretrained weights.
    """
    parts = parts_of(name)
    for part in parts:
        if part not in network_names() and part not in application_modules():
            raise ConfigError(
                f"train.network: no network {part!r}; choose one of: {', '.join(network_names())}, or a network of "
                "keras.applications, such as MobileNetV2"
            )
        if len(parts) > 1 and not _is_pretrained(part):
            raise ConfigError(f"train.network: {part} has no pretrained weights; join only networks that have")
    if len(set(parts)) < len(parts):
        raise ConfigError(f"train.network: {name} joins a network with itself; name each once")


def has_backbone(name: str) -> bool:
    """Tell whether a network has a pretrained part; joined networks always do.

    Raises:
        ConfigError: If there is none of that name.
    """
    require_network(name)
    return all(_is_pretrained(part) for part in parts_of(name))


def find_network(name: str) -> "Network":
    """Return a network by its name.

    Raises:
        ConfigError: If there is none of that name, or the name joins several, which have features only.
    """
    require_network(name)
    if len(parts_of(name)) > 1:
        raise ConfigError(f"train.network: {name} has only features; set train.method to head")
    if name in application_modules():
        return application(name)
    networks: dict[str, Network] = {
        module.NETWORK.name: module.NETWORK for module in discover("melanoma.models.networks")
    }
    return networks[name]


def backbone_of(name: str) -> "Backbone":
    """Return the pretrained part of a network; that of ``a+b`` puts the features of ``a`` before those of ``b``.

    Raises:
        ConfigError: If there is none of that name, or it has no pretrained part.
    """
    require_network(name)
    backbones = [find_network(part).backbone for part in parts_of(name)]
    present = [backbone for backbone in backbones if backbone]
    if len(present) < len(backbones):
        raise ConfigError(f"train.network: {name} has no pretrained weights; choose one that has, or scratch")
    return present[0] if len(present) == 1 else _join(name, present)


def resolve_method(config: TrainConfig) -> Method:
    """Return how to train: what `train.method` says, and for ``auto`` the head alone where there are features for it.

    Raises:
        ConfigError: If the network does not exist or cannot be trained so, or takes no weights and is given some.
    """
    joined = len(parts_of(config.network)) > 1
    pretrained = has_backbone(config.network)
    automatic: Method = "head" if pretrained else "scratch"
    method = automatic if config.method == "auto" else config.method
    if method != "scratch" and not pretrained:
        raise ConfigError(
            f"train.method: {method} needs pretrained weights and {config.network} has none; set it to scratch"
        )
    if joined and method != "head":
        raise ConfigError(
            f"train.method: {method} is not for joined networks ({config.network}); set it to head, or train.network "
            "to one of them"
        )
    if config.weights and config.network not in application_modules():
        raise ConfigError(
            f"train.weights: {config.network} takes no file of weights; leave it out, or choose one network of "
            "keras.applications"
        )
    if config.weights and method == "scratch":
        raise ConfigError(
            "train.weights: scratch begins from random weights; leave it out, or set train.method to head"
        )
    return method


def _is_pretrained(name: str) -> bool:
    """Tell it from the source, because an import of the network would import Keras: ours take weights from one room."""
    if name in application_modules():
        return True
    source = ast.parse((_ROOM / f"{name}.py").read_text("utf-8"))
    imported = [node.module or "" for node in source.body if isinstance(node, ast.ImportFrom)]
    return any(module.startswith(_WEIGHTS_ROOM) for module in imported)


def _join(name: str, backbones: "Sequence[Backbone]") -> "Backbone":
    from melanoma.models.network import Backbone

    def build(parts: "Sequence[Build]", size_px: int, weights: str | None) -> "keras.Model":
        import keras

        image = keras.Input((size_px, size_px, 3), name="image")
        features = [build_part(size_px, weights)(image) for build_part in parts]
        joined = keras.layers.Concatenate(dtype="float32", name="features")(features)
        return keras.Model(image, joined, name=f"{name.replace(_JOINS, '_and_')}_features")

    return Backbone(
        partial(build, [backbone.build for backbone in backbones]),
        lambda weights: digest_value([backbone.weights_digest(weights) for backbone in backbones]),
        partial(build, [backbone.build_frozen for backbone in backbones]),
    )
