"""What changed pictures cost, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from melanoma.reporting.names import metric_name, within_sentence
from melanoma.reporting.number_text import decimal_text, interval_text


def tell_drops(record: Mapping[str, Any] | None) -> list[str]:
    """Say what is shown to drop: one sentence for each perturbation that harms.

    Args:
        record: `robustness.json`; None where it was not made.

    Returns:
        Sentences, the largest drop first within each; none where no interval lies above 0.
    """
    return [
        f"{tried['title']}: {'; '.join(_tell(tried['metrics']))}."
        for tried in (record or {}).get("perturbations", ())
        if any(_is_shown(entry["drop"]) for entry in tried["metrics"].values())
    ]


def list_methods(record: Mapping[str, Any] | None) -> list[str]:
    """Return each way in which an interval of a drop was made, once."""
    tried = (record or {}).get("perturbations", ())
    return sorted({entry["drop"]["method"] for one in tried for entry in one["metrics"].values()})


def _tell(metrics: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Say of each figure that drops from which value to which."""
    shown = [(name, entry) for name, entry in metrics.items() if _is_shown(entry["drop"])]
    for name, entry in sorted(shown, key=lambda one: -one[1]["drop"]["value"]):
        drop, after = entry["drop"], entry["changed"]["value"]
        fall = f"from {decimal_text(after + drop['value'])} to {decimal_text(after)}"
        size = f"a drop of {decimal_text(drop['value'])} {interval_text(drop['ci95'])}"
        yield f"{within_sentence(metric_name(name))} falls {fall}, {size}"


def _is_shown(drop: Mapping[str, Any]) -> bool:
    return float(drop["ci95"][0]) > 0
