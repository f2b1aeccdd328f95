"""Numbers and other values as a reader sees them. No value is ever shown as a word of the programming language."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

NO_VALUE = "–"
_NOTHING = {"", "none", "nan", "nat", "null", "<na>"}


def count_text(number: float | None) -> str:
    """Return a count with thousands set apart.

    Examples:
        >>> count_text(12345)
        '12,345'
    """
    return NO_VALUE if number is None or not math.isfinite(number) else f"{int(number):,}"


def decimal_text(value: float | None) -> str:
    """Return a figure with three decimals, or a dash where there is none."""
    return NO_VALUE if value is None or not math.isfinite(value) else f"{value:.3f}"


def interval_text(ends: Sequence[float]) -> str:
    """Return the ends of an interval.

    Examples:
        >>> interval_text([0.5, 0.75])
        '[0.500, 0.750]'
    """
    return f"[{decimal_text(ends[0])}, {decimal_text(ends[1])}]"


def figure_text(figure: Mapping[str, Any]) -> str:
    """Return value, interval and n of a figure in one phrase, and its events where it has others than n.

    Examples:
        >>> figure_text({"value": 0.6, "ci95": [0.5, 0.7], "n": 118, "events": 16})
        '0.600 [0.500, 0.700], n = 118, 16 events'
    """
    text = f"{decimal_text(figure['value'])} {interval_text(figure['ci95'])}, n = {count_text(figure['n'])}"
    events = figure.get("events", figure["n"])
    return text if events == figure["n"] else f"{text}, {count_text(events)} event{'' if events == 1 else 's'}"


def share_text(share: float) -> str:
    """Return a share in [0, 1] in per cent; no share above 0 is shown as 0, none below 1 as 100.

    Examples:
        >>> share_text(0.8312), share_text(0.95), share_text(0.0), share_text(0.0002), share_text(0.9999)
        ('83.1 %', '95 %', '0 %', 'under 0.1 %', 'over 99.9 %')
    """
    if 0 < share < 0.001:
        return "under 0.1 %"
    if 0.999 < share < 1:
        return "over 99.9 %"
    return f"{100 * share:.1f}".removesuffix(".0") + " %"


def seconds_text(seconds: float | None) -> str:
    """Return a duration in the unit that suits it.

    Examples:
        >>> seconds_text(0.04), seconds_text(42), seconds_text(754), seconds_text(7300)
        ('0.04 s', '42 s', '12 min 34 s', '2 h 1 min')
    """
    if seconds is None or not math.isfinite(seconds):
        return NO_VALUE
    if seconds < 60:
        return f"{seconds:.2g} s"
    whole = round(seconds)
    return f"{whole // 60} min {whole % 60} s" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60} min"


def value_text(value: object) -> str:
    """Return any value of a configuration or a check as text.

    Examples:
        >>> value_text(True), value_text(None), value_text(0.001), value_text(["sex", "age_band"]), value_text("nan")
        ('yes', '–', '0.001', 'sex, age_band', '–')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}" if math.isfinite(value) else NO_VALUE
    if isinstance(value, Mapping):
        entries = {name: value_text(entry) for name, entry in value.items()}
        return ", ".join(f"{name} {text}" for name, text in entries.items() if text != NO_VALUE) or NO_VALUE
    if isinstance(value, Sequence) and not isinstance(value, str):
        separator = "; " if any(isinstance(entry, Mapping) for entry in value) else ", "
        return separator.join(value_text(entry) for entry in value) or NO_VALUE
    return NO_VALUE if value is None or str(value).strip().lower() in _NOTHING else str(value)
