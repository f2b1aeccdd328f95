"""Carry out a stage: make its key, reuse what is there under it, or build it."""

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from melanoma.artifacts.record import Artifact, Made, Recipe
from melanoma.artifacts.store import ArtifactStore, Obtained
from melanoma.config.pipeline import PipelineConfig
from melanoma.fingerprint import (
    PROJECT_ROOT,
    digest_value,
    installed_versions,
    keras_backend,
    library_versions,
    source_digests,
)
from melanoma.stages.job import Job, Material, PartRequest, Progress
from melanoma.stages.table import ALL_STAGES, Stage


@dataclass(frozen=True)
class Order:
    """One stage to carry out.

    Attributes:
        stage: Which.
        config: The whole configuration; only the sections that the stage declares reach it and its key.
        inputs: The artifacts that it reads, by stage.
        material: What it is made from beside artifacts, if anything.
    """

    stage: Stage
    config: PipelineConfig
    inputs: Mapping[str, Artifact]
    material: Material | None = None


@dataclass(frozen=True)
class Surroundings:
    """What a stage is told by, and tells to, the world around it.

    Attributes:
        make_parts: Makes parts side by side and returns them in order.
        progress: Is told how far the work is.
        clock: Gives the time in seconds.
        made_by: Who makes it: run and task run.
    """

    make_parts: Callable[[Sequence[PartRequest]], list[Artifact]]
    progress: Progress
    clock: Callable[[], float]
    made_by: Mapping[str, Any]


def recipe_of(order: Order, root: Path = PROJECT_ROOT) -> Recipe:
    """Collect everything that decides a stage's result.

    Args:
        order: The stage, its configuration and its inputs.
        root: Where the project's own source is.

    Returns:
        The recipe; its key is the artifact's.
    """
    stage = order.stage
    ingredients: dict[str, Any] = {
        "version": stage.version,
        "source": _source_of(stage.entry, root),
        "config": {name: order.config.section(name).model_dump(mode="json") for name in stage.config},
        "libraries": library_versions(stage.libraries) | installed_versions(stage.extras),
        "inputs": {name: order.inputs[name].digest for name in stage.inputs},
    }
    if "keras" in stage.libraries:
        ingredients["keras_backend"] = keras_backend()
    if stage.seeded:
        ingredients["seed"] = order.config.seed
    if order.material is not None:
        ingredients["material"] = order.material.digest
    return Recipe(stage.name, ingredients)


def read_sources() -> None:
    """Read and remember each stage's source, while there is nothing better to do."""
    for stage in ALL_STAGES:
        _source_of(stage.entry, PROJECT_ROOT)


def execute(store: ArtifactStore, order: Order, around: Surroundings) -> Obtained:
    """Return a stage's artifact, reused or built.

    Args:
        store: Where artifacts are.
        order: What to carry out.
        around: Parts, progress, time and maker.

    Returns:
        The artifact, and whether it was reused.
    """
    recipe = recipe_of(order)
    outside = _Outside(lambda: _bring_earlier(store, recipe), lambda: store.open_workbench(recipe))

    def build(folder: Path) -> Made:
        store.bring_parts(order.inputs.values())
        return _build(order, around, folder, outside)

    return store.obtain(recipe, build)


def changed_ingredients(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Name what differs between two recipes' ingredients, as ``config.train.epochs`` or ``source.melanoma/x.py``."""
    names: list[str] = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            names.extend(f"{name}.{inner}" for inner in changed_ingredients(old, new))
        elif digest_value(old) != digest_value(new):
            names.append(name)
    return tuple(names)


def _bring_earlier(store: ArtifactStore, recipe: Recipe) -> list[Artifact]:
    """Return what was made from the same but for the material, with the parts of it that may be kept."""
    earlier = store.alike(recipe, "material")
    store.bring_parts(earlier)
    return earlier


@cache
def _source_of(entry: str, root: Path) -> dict[str, str]:
    """Return a stage's source as it was when this process first asked: what has been imported does not change."""
    return source_digests(entry, root)


@dataclass(frozen=True)
class _Outside:
    """What of the store a stage may see beside its inputs; see `Job`."""

    earlier: Callable[[], list[Artifact]]
    open_workbench: Callable[[], Path]


def _build(order: Order, around: Surroundings, folder: Path, outside: _Outside) -> Made:
    start = around.clock()
    job = Job(
        folder=folder,
        inputs=order.inputs,
        sections={name: order.config.section(name) for name in order.stage.config},
        seed=order.config.seed,
        material=order.material,
        make_parts=around.make_parts,
        progress=around.progress,
        clock=around.clock,
        earlier=outside.earlier,
        open_workbench=outside.open_workbench,
    )
    built = importlib.import_module(order.stage.entry).build(job)
    seconds = round(around.clock() - start, 3)
    return Made(built.summary, built.parts, {**around.made_by, "seconds": seconds}, built.placement)
