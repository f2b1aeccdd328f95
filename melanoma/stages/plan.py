"""What a run would do: for each stage, whether its result is there, and if not, what changed."""

from collections.abc import Mapping
from dataclasses import dataclass

from melanoma.artifacts.record import Artifact
from melanoma.artifacts.store import ArtifactStore
from melanoma.config.pipeline import PipelineConfig
from melanoma.data.sources import Sources
from melanoma.stages.engine import Order, changed_ingredients, recipe_of
from melanoma.stages.given_files import find_given_files, find_given_weights
from melanoma.stages.shown_study import find_shown_study
from melanoma.stages.table import FIGURES, INGEST, PIPELINE, REPORT, TRAIN, VALIDATE, Stage

_ORDER = (*PIPELINE[:-1], *FIGURES, PIPELINE[-1])
_MATERIALS = {
    INGEST.name: "images or tables",
    VALIDATE.name: "reference labels or expectations",
    TRAIN.name: "file of weights",
    REPORT.name: "study of the same data",
}


@dataclass(frozen=True)
class PlannedStage:
    """One line of the plan.

    Attributes:
        stage: The stage's name.
        hit: Whether its result would be reused.
        key: Its key, or None as long as an input has yet to be made.
        reason: Why it would run.
    """

    stage: str
    hit: bool
    key: str | None
    reason: str


def plan_run(
    store: ArtifactStore, config: PipelineConfig, sources: Sources, last_keys: Mapping[str, str]
) -> list[PlannedStage]:
    """Look up every stage without running any.

    Args:
        store: Where artifacts are.
        config: The configuration of the run.
        sources: The set's files.
        last_keys: The keys of the last run, by stage, to compare with.

    Returns:
        One entry per stage, in order.
    """
    materials = {
        INGEST.name: sources,
        VALIDATE.name: find_given_files(config.validation),
        TRAIN.name: find_given_weights(config.train),
        REPORT.name: find_shown_study(store, sources.digest),
    }
    known: dict[str, Artifact] = {}
    planned = []
    for stage in _ORDER:
        waits_for = [name for name in stage.inputs if name not in known]
        if waits_for:
            planned.append(PlannedStage(stage.name, False, None, f"waits for {', '.join(waits_for)}"))
            continue
        order = Order(stage, config, known, materials.get(stage.name))
        entry, artifact = _look_up(store, order, last_keys)
        planned.append(entry)
        if artifact:
            known[stage.name] = artifact
    return planned


def _look_up(store: ArtifactStore, order: Order, last_keys: Mapping[str, str]) -> tuple[PlannedStage, Artifact | None]:
    recipe = recipe_of(order)
    artifact = store.find(recipe.stage, recipe.key)
    if artifact:
        return PlannedStage(recipe.stage, True, recipe.key, ""), artifact
    if store.folder(recipe.stage, recipe.key).exists():
        return PlannedStage(recipe.stage, False, recipe.key, "its artifact is damaged"), None
    return PlannedStage(
        recipe.stage, False, recipe.key, _reason(store, order.stage, recipe.ingredients, last_keys)
    ), None


def _reason(store: ArtifactStore, stage: Stage, ingredients: Mapping[str, object], last_keys: Mapping[str, str]) -> str:
    last = last_keys.get(stage.name)
    if last is None:
        return "never made"
    before = store.ingredients(stage.name, last)
    if before is None:
        return "the last run's artifact is gone"
    changed = changed_ingredients(before, ingredients)
    return "changed: " + ", ".join(_readable(name, stage) for name in changed) if changed else "its artifact is gone"


def _readable(name: str, stage: Stage) -> str:
    return _MATERIALS.get(stage.name, name) if name == "material" else name
