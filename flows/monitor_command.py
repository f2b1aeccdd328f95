"""The command that looks at new images: `melanoma monitor`."""

import json
from pathlib import Path
from typing import Any

from flows.request import Request
from flows.start import FlowStart, prepare_home, start_flow
from flows.terminal import say


def monitor(request: Request) -> None:
    """Look whether the new images of a set are like those that the champion was made from; nothing is trained.

    Pictures, metadata, and what the champion makes of them are compared by two-sample tests, corrected for their
    number. A page shows a figure of each. Drift is told and decides nothing. Exit codes: 0 ok, drift or not, no
    champion or nothing new among them, 1 error, 2 usage.
    """
    from melanoma.data.listing import find_files
    from melanoma.stages.challenge import find_retraining

    config = request.load_config()
    for source in request.data:
        find_files(source)
    find_retraining(request.home.absolute())
    home = prepare_home(request.home)
    title = " + ".join(str(source) for source in request.data)
    flow = start_flow(FlowStart("flows.monitor", "monitor", f"monitor · {title}", request.as_json), home)
    record = flow([source.absolute() for source in request.data], config, home)
    say(_to_json(home, record) if request.as_json else _describe(home, record))


def _describe(home: Path, record: dict[str, Any]) -> str:
    """Say what was found, in some lines."""
    found = _read(home, record)
    said: str = record["monitor"]["said"]
    if found is None:
        return said
    drift = found["drift"]
    width = max([0, *(len(test["what"]) for test in drift["tests"])]) + 2
    lines = [
        f"  {test['what']:<{width}}distance {test['distance']:.3f}, p corrected {test['p_holm']:.2g}"
        f"{', drifted' if test['drifted'] else ''}"
        for test in drift["tests"]
    ]
    return "\n".join(["", f"source: {said}", *drift["notes"], *lines, "", f"page: {_page(home, record)}"])


def _to_json(home: Path, record: dict[str, Any]) -> str:
    found = _read(home, record)
    more = {"found": found, "page": str(_page(home, record)) if found else None}
    return json.dumps({**record, **more}, indent=1, ensure_ascii=False)


def _read(home: Path, record: dict[str, Any]) -> dict[str, Any] | None:
    """Return what the monitoring has left; None where there was nothing to look at."""
    from melanoma.runs import RunFolder
    from melanoma.stages.files import MONITOR

    path = RunFolder(home, record["run_id"]).path / MONITOR
    found: dict[str, Any] | None = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    return found


def _page(home: Path, record: dict[str, Any]) -> Path:
    from melanoma.runs import RunFolder
    from melanoma.stages.files import MONITOR_PAGE

    return RunFolder(home, record["run_id"]).path / MONITOR_PAGE
