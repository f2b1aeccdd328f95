import importlib.metadata

import pytest

from melanoma.config.pipeline import PipelineConfig
from melanoma.fingerprint import PROJECT_ROOT
from melanoma.stages.table import BALANCE_SHARD, FIGURES, INGEST_SHARD, OTHERS, PIPELINE

STAGES = {stage.name: stage for stage in (*PIPELINE, *FIGURES, *OTHERS, INGEST_SHARD, BALANCE_SHARD)}


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_is_a_module_of_its_name(name):
    path = PROJECT_ROOT / (STAGES[name].entry.replace(".", "/") + ".py")
    assert path.stem == name.replace("-", "_")
    assert path.is_file()


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_reads_sections_that_exist(name):
    config = PipelineConfig()
    assert all(config.section(section) for section in STAGES[name].config)


@pytest.mark.parametrize("name", [name for name in STAGES if STAGES[name].libraries])
def test_the_libraries_of_a_stage_are_installed_under_their_names(name):
    assert all(importlib.metadata.version(library) for library in STAGES[name].libraries)


def test_each_stage_reads_only_what_is_made_before_it():
    made = set()
    for stage in (*PIPELINE[:-1], *FIGURES, PIPELINE[-1]):
        assert set(stage.inputs) <= made
        made.add(stage.name)


def test_names_are_given_once():
    assert len(STAGES) == len(PIPELINE) + len(FIGURES) + len(OTHERS) + 2
