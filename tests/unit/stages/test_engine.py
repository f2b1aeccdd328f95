import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from melanoma.config.pipeline import PipelineConfig
from melanoma.stages.engine import Order, changed_ingredients, recipe_of
from melanoma.stages.table import (
    BALANCE,
    BALANCE_SHARD,
    FEATURE_SHARD,
    INGEST,
    INGEST_SHARD,
    SPLIT,
    TRAIN,
    Stage,
)

TINY = Stage("tiny", "tiny_stage", inputs=("earlier",), config=("split",), libraries=("numpy",), seeded=True)
UPSTREAM = Stage("earlier", "earlier_stage")
SOURCE = """
from melanoma.config.split import SplitConfig
from melanoma.stages.job import Built, write_json

def build(job):
    job.progress("at work", 0.5)
    write_json(job.folder / "out.json", [job.seed, job.section(SplitConfig).test_share, sorted(job.inputs)])
    return Built({"done": True})
"""


@pytest.fixture
def stages(tmp_path, monkeypatch):
    """Two stages in a project of their own, which the engine takes for the project's."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "tiny_stage.py").write_text(SOURCE + "\nimport tiny_helper\n")
    (project / "tiny_helper.py").write_text("X = 1\n")
    (project / "earlier_stage.py").write_text(
        "from melanoma.stages.job import Built\n\ndef build(job):\n    return Built()\n"
    )
    monkeypatch.syspath_prepend(project)
    yield project
    for name in ("tiny_stage", "tiny_helper", "earlier_stage"):
        sys.modules.pop(name, None)


@pytest.fixture
def order(workshop, stages):
    return Order(TINY, PipelineConfig(), {"earlier": workshop.make(UPSTREAM)})


def with_config(order, **sections):
    return Order(order.stage, PipelineConfig.model_validate(sections), order.inputs, order.material)


def with_stage(order, **values):
    stage = Stage(**{name: getattr(order.stage, name) for name in order.stage.__dataclass_fields__} | values)
    return Order(stage, order.config, order.inputs, order.material)


def test_a_recipe_holds_everything_that_decides_the_result(order, stages):
    ingredients = recipe_of(order, stages).ingredients
    assert set(ingredients) == {"version", "source", "config", "libraries", "inputs", "seed"}
    assert set(ingredients["source"]) == {"tiny_stage.py", "tiny_helper.py"}
    assert set(ingredients["config"]) == {"split"}
    assert set(ingredients["libraries"]) == {"numpy"}
    assert ingredients["inputs"] == {"earlier": order.inputs["earlier"].digest}


def test_the_key_changes_with_every_ingredient(order, stages, monkeypatch, tmp_path):
    keys = [recipe_of(order, stages).key]
    keys.append(recipe_of(with_config(order, seed=124), stages).key)
    keys.append(recipe_of(with_config(order, split={"test_share": 0.3}), stages).key)
    keys.append(recipe_of(with_stage(order, version=2), stages).key)
    keys.append(recipe_of(with_stage(order, libraries=("numpy", "pillow")), stages).key)
    keys.append(recipe_of(with_stage(order, name="other"), stages).key)
    keys.append(recipe_of(Order(TINY, order.config, {"earlier": SimpleNamespace(digest="other")}), stages).key)
    keys.append(recipe_of(Order(TINY, order.config, order.inputs, SimpleNamespace(digest="d")), stages).key)
    monkeypatch.setattr("importlib.metadata.version", lambda name: "99.0")
    keys.append(recipe_of(order, stages).key)
    changed = Path(shutil.copytree(stages, tmp_path / "changed"))
    (changed / "tiny_helper.py").write_text("X = 2\n")
    keys.append(recipe_of(order, changed).key)
    assert len(set(keys)) == len(keys)


def test_what_keras_computes_with_is_in_the_key_of_those_stages_alone_that_use_it(order, stages, monkeypatch, tmp_path):
    of_keras, keys = with_stage(order, libraries=("keras",)), set()
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    for settings, backend in (("", "tensorflow"), ('{"backend": "numpy"}', "numpy"), ("no JSON", "tensorflow")):
        (tmp_path / "keras.json").write_text(settings)
        recipe = recipe_of(of_keras, stages)
        assert recipe.ingredients["keras_backend"] == backend
        keys.add(recipe.key)
    plain = recipe_of(order, stages).key
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert recipe_of(of_keras, stages).key not in keys
    assert len(keys) == 2
    assert recipe_of(order, stages).key == plain


def test_the_key_stays_when_nothing_that_the_stage_reads_changes(order, stages):
    key = recipe_of(order, stages).key
    (stages / "earlier_stage.py").write_text("Y = 2\n")
    assert recipe_of(with_config(order, train={"epochs": 3}, balance={"mode": "add"}), stages).key == key


def test_a_seed_counts_only_for_stages_that_draw(order, stages):
    still = with_stage(order, seeded=False)
    assert recipe_of(with_config(still, seed=5), stages).key == recipe_of(still, stages).key


def test_a_stage_is_built_once_with_what_it_declares_and_nothing_more(workshop, order):
    first = workshop.carry_out(TINY, *order.inputs.values())
    second = workshop.carry_out(TINY, *order.inputs.values())
    assert first.artifact.read_json("out.json") == [123, 0.2, ["earlier"]]
    assert (first.artifact.summary, second.reused) == ({"done": True}, True)
    assert workshop.built == ["earlier", "tiny"]
    assert workshop.told == ["at work"]


def test_an_artifact_says_who_made_it_and_in_how_many_seconds(workshop, order):
    made = workshop.make(TINY, *order.inputs.values())
    assert made.made_by == {"run_id": "a test", "seconds": 1.0}  # the clock of the test ticks once a look


def test_a_stage_cannot_read_a_section_that_it_does_not_declare(workshop, order):
    with pytest.raises(LookupError, match="SplitConfig is not among the sections"):
        workshop.make(with_stage(order, config=("train",)).stage, *order.inputs.values())


def test_what_changed_is_named_down_to_the_value_and_the_file():
    before = {"config": {"train": {"epochs": 1, "patience": 2}}, "source": {"a.py": "1", "b.py": "2"}, "seed": 1}
    after = {"config": {"train": {"epochs": 3, "patience": 2}}, "source": {"a.py": "1", "c.py": "2"}, "seed": 1}
    assert changed_ingredients(before, after) == ("config.train.epochs", "source.b.py", "source.c.py")
    assert changed_ingredients(before, before) == ()
    assert changed_ingredients({}, {"seed": 1}) == ("seed",)
    assert changed_ingredients({"x": [1, 2]}, {"x": [2, 1]}) == ("x",)
    assert changed_ingredients({"x": {"y": 1}}, {"x": 1}) == ("x",)


@pytest.mark.parametrize(
    ("stage", "reaches", "reaches_not"),
    [
        (INGEST_SHARD, "melanoma/data/decode.py", "melanoma/data/split.py"),
        (INGEST, "melanoma/data/layouts/ham10000.py", "melanoma/augmentation/plan.py"),
        (SPLIT, "melanoma/data/grouping.py", "melanoma/data/decode.py"),
        (BALANCE, "melanoma/augmentation/plan.py", "melanoma/validation/audit.py"),
        (BALANCE_SHARD, "melanoma/augmentation/augmentor.py", "melanoma/data/split.py"),
        (FEATURE_SHARD, "melanoma/models/forward.py", "melanoma/training/head.py"),
        (TRAIN, "melanoma/training/fit.py", "melanoma/validation/audit.py"),
        (TRAIN, "melanoma/training/heads/mlp.py", "melanoma/augmentation/plan.py"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_a_stage_is_keyed_by_the_source_that_it_reaches(stage, reaches, reaches_not):
    inputs = {name: SimpleNamespace(digest=name) for name in stage.inputs}
    source = recipe_of(Order(stage, PipelineConfig(), inputs)).ingredients["source"]
    assert reaches in source
    assert reaches_not not in source
    assert not any(name.startswith(("melanoma/reporting", "flows", "tasks", "tests")) for name in source)
