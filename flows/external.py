"""Score a challenger and the champion on the sets from elsewhere that the gates name."""

from pathlib import Path

from flows.evaluate import evaluate_model
from melanoma.artifacts.record import Artifact
from melanoma.config.pipeline import PipelineConfig
from melanoma.errors import ModelError, SourceError
from melanoma.stages.external_match import ScoredSet, title_sets
from melanoma.stages.table import EVALUATE_DATA
from tasks.run import Run


def score_external(run: Run, config: PipelineConfig) -> tuple[ScoredSet, ...]:
    """Score both on each set, each in a run of its own.

    Args:
        run: The challenger's; it has been evaluated.
        config: Its configuration.

    Returns:
        One entry for each set; one that has no image to score says why.
    """
    champion = run.retraining.champion if run.retraining else None
    models = [run.folder.run_id, *([champion.entry.run_id] if champion else [])]
    titles = title_sets(config.gates.external)
    return tuple(
        _score(run, title, [(model, Path(place)) for model in models], config)
        for title, place in zip(titles, config.gates.external, strict=True)
    )


def _score(run: Run, title: str, tests: list[tuple[str, Path]], config: PipelineConfig) -> ScoredSet:
    try:
        records = [evaluate_model(model, [place], config, run.folder.home) for model, place in tests]
    except (ModelError, SourceError) as problem:
        return ScoredSet(title, reason=str(problem))
    keys = (record["stages"][EVALUATE_DATA.name]["key"] for record in records)
    scored: list[Artifact | None] = [run.store.find(EVALUATE_DATA.name, key) for key in keys]
    return ScoredSet(title, scored[0], scored[1] if len(scored) > 1 else None)
