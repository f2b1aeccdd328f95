"""Parameters of an MLflow run: the whole effective configuration, one text per key, within MLflow's limits."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from melanoma.fingerprint import digest_bytes

MOST_CHARACTERS = 6000  # of a value; MLflow refuses more, or cuts it so that two long values look alike
_LOGS_ONLY = "tracking"


def list_parameters(config: Mapping[str, Any]) -> dict[str, str]:
    """Return a configuration as MLflow holds it.

    Args:
        config: The effective configuration as JSON values; where it is logged to is no part of it.

    Returns:
        For each key, such as ``train.head.l2``, its value: a text as it is, anything else as JSON. What is too long is
        cut and ends in its digest, so that two values which differ stay different.

    Examples:
        >>> list_parameters({"seed": 1, "split": {"folds": 5}, "train": {"head": {"l2": [1.0, 0.1]}}})
        {'seed': '1', 'split.folds': '5', 'train.head.l2': '[1.0, 0.1]'}
    """
    return {key: _shorten(_write(value)) for key, value in _flatten(config) if key.split(".")[0] != _LOGS_ONLY}


def _flatten(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from _flatten(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def _write(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _shorten(text: str) -> str:
    if len(text) <= MOST_CHARACTERS:
        return text
    end = f"... sha256:{digest_bytes(text.encode())}"
    return text[: MOST_CHARACTERS - len(end)] + end
