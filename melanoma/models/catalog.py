"""Networks by name. Names are known without importing Keras, so that a misspelt one is refused at once."""

import pkgutil
from pathlib import Path
from typing import TYPE_CHECKING

from melanoma.discovery import discover
from melanoma.errors import ConfigError

if TYPE_CHECKING:
    from melanoma.models.network import Network

_ROOM = Path(__file__).parent / "networks"


def network_names() -> tuple[str, ...]:
    """Return the names of all networks."""
    return tuple(sorted(entry.name for entry in pkgutil.iter_modules([str(_ROOM)])))


def require_network(name: str) -> None:
    """Refuse a network that does not exist.

    Raises:
        ConfigError: If there is none of that name.
    """
    if name not in network_names():
        raise ConfigError(f"train.network: no network {name!r}; choose one of: {', '.join(network_names())}")


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
