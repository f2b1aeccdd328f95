"""Whether a library tells its makers of its use; this is a medical project, and our defaults say no."""

from collections.abc import Iterator

from flows.doctor_check import Check, Finding, Place, ok, warning

_FALSE, _TRUE = {"0", "f", "false", "n", "no", "off"}, {"1", "t", "true", "y", "yes", "on"}
_MUST_BE = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": ("false", _FALSE),
    "DO_NOT_TRACK": ("1", _TRUE),
    "GX_ANALYTICS_ENABLED": ("false", _FALSE),
    "MLFLOW_DISABLE_TELEMETRY": ("true", {"1", "true"}),
}


def _examine(place: Place) -> Iterator[Finding]:
    on = {name: value for name, (value, off) in _MUST_BE.items() if place.environment[name].lower() not in off}
    for name, value in on.items():
        yield warning(
            f"{name}={place.environment[name]} lets a library report its use", f"unset {name}, or {name}={value}"
        )
    if not on:
        yield ok("off")


CHECK = Check("telemetry", 50, _examine)
