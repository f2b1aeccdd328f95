"""What the terminal shows after `melanoma predict` and `melanoma evaluate`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from melanoma.runs import RunFolder
from melanoma.stages.files import METRICS

STATEMENT = "Research software, not a medical device."
_EXTERNAL = "external"
_POINT = "operating_point."


def describe_predictions(record: dict[str, Any]) -> str:
    """Say what was predicted, by what rule melanoma was decided on, and what could not be read.

    Args:
        record: What `melanoma.stages.predict_files.predict_to_file` returns.

    Returns:
        Some lines of text.
    """
    lines = ["", f"predicted: {record['predicted']:,} images by {record['model']}"]
    lines += [f"  {name:<45}{count:>9,}" for name, count in record["by_class"].items()]
    rule = record["decision"]
    if "threshold" in rule:
        chosen = f"probability from {rule['threshold']:.4f} on, frozen for sensitivity {rule['target_sensitivity']:g}"
        lines.append(f"melanoma: {rule['melanomas']:,} images ({chosen} on validation)")
    else:
        lines.append(f"melanoma: no decision; {rule['none_because']}")
    lines += [*_describe_doubts(record)]
    lines += [f"metadata: {'; '.join(record['metadata'])}"] if record["metadata"] else []
    if record["failed"]:
        lines.append(f"not predicted: {record['failed']:,} images, listed in {record['failures']}")
        lines += [f"  {line}" for line in record["first_failures"]]
    lines += [f"heat maps: {record['maps']}"] if record["maps"] else []
    return "\n".join([*lines, f"table: {record['out']}", STATEMENT])


def _describe_doubts(record: dict[str, Any]) -> Iterator[str]:
    """Say what the sets promise, and on how many images the model abstains."""
    sets, limit = record["prediction_sets"], record["out_of_distribution"]
    yield (
        f"sets: hold the true diagnosis of {sets['coverage']:.0%}, fitted on {sets['fitted_on']}"
        if "coverage" in sets
        else f"sets: none; {sets['none_because']}"
    )
    counts = ", ".join(f"{count:,} {kind}" for kind, count in record["abstained"].items()) or "none"
    rule = (
        f"of images like the model's own {limit['false_alarms']:.0%} would be called out of distribution"
        if "limit" in limit
        else f"out of distribution was not judged; {limit['no_limit_because']}"
    )
    yield f"abstains: {counts} ({rule})"


def evaluation_json(home: Path, record: dict[str, Any]) -> dict[str, Any]:
    """Return a finished evaluation as JSON values: its run, its folder, and its `metrics.json`.

    Args:
        home: Where runs are kept.
        record: The run's `run.json`.
    """
    folder = RunFolder(home, record["run_id"]).path
    metrics = json.loads((folder / METRICS).read_text(encoding="utf-8"))
    return {"run_id": record["run_id"], "folder": str(folder), **metrics, "model": record["model"]}


def describe_evaluation(found: dict[str, Any]) -> str:
    """Say what was scored, and each figure with n, its events where they are others than n, and its interval.

    Args:
        found: What `evaluation_json` returns.

    Returns:
        Some lines of text.
    """
    split, data, model = found["splits"][_EXTERNAL], found["data"], found["model"]
    lines = ["", f"model: {model['model']} ({model['network']}, {model['size_px']} px, {model['fit']})"]
    lines += [f"data:  {split['n']:,} of {data['labelled']:,} labelled images scored, {split['groups']:,} lesions"]
    lines += [f"  {note}" for note in data["notes"]]
    lines += ["", f"{'figure':<38}{'n':>7}{'events':>8}  {'value':>7}  95 % interval"]
    lines += [_line(name, figure) for name, figure in split["metrics"].items()]
    point = split.get("operating_point")
    if point:
        lines.append(f"melanoma from {point['threshold']:.4f} on, frozen on {point['chosen_on']}:")
        lines += [_line(f"  {name}", figure) for name, figure in point.items() if isinstance(figure, dict)]
    reasons = split["not_evaluated"].items()
    lines += [f"no {name.removeprefix(_POINT)}: {reason}" for name, reason in reasons if _is_headline(name)]
    return "\n".join([*lines, "", f"folder: {found['folder']}", STATEMENT])


def _is_headline(path: str) -> bool:
    """Tell whether a figure that is absent would be shown here, by its path in `metrics.json`."""
    return "." not in path.removeprefix(_POINT)


def _line(name: str, figure: dict[str, Any]) -> str:
    low, high = figure["ci95"]
    events = f"{figure['events']:,}" if figure["events"] != figure["n"] else ""
    return f"{name:<38}{figure['n']:>7,}{events:>8}  {figure['value']:>7.3f}  {low:.3f} to {high:.3f}"
