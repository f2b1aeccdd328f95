"""What a run would do, as `melanoma plan` says it."""

import json
from dataclasses import asdict
from pathlib import Path

from flows.request import Request
from melanoma.artifacts.known_digests import KnownDigests
from melanoma.artifacts.store import ArtifactStore
from melanoma.data.sources import list_sources
from melanoma.runs import last_keys
from melanoma.stages.plan import plan_run


def describe_plan(request: Request) -> str:
    """Say for each stage whether its result would be reused, and if not, which input changed.

    Args:
        request: Data and configuration of the run.

    Returns:
        A line per stage, or JSON.
    """
    home, config = request.home.absolute(), request.load_config()
    tables = [Path(table) for table in config.data.metadata]
    sources = list_sources(request.data, tables, KnownDigests(home).recall)
    stages = plan_run(ArtifactStore(home), config, sources, last_keys(home))
    if request.as_json:
        return json.dumps([asdict(stage) for stage in stages], indent=1)
    lines = [f"{'HIT ' if s.hit else 'MISS'}  {s.stage:<17} {(s.key or '')[:8]:<9} {s.reason}" for s in stages]
    return "\n".join(line.rstrip() for line in lines)
