import json
from dataclasses import replace

import pandas as pd
import pytest

from melanoma.artifacts.record import Artifact, Part
from melanoma.config.balance import BalanceConfig
from melanoma.config.split import SplitConfig
from melanoma.data.listing import Listing
from melanoma.stages.job import Job, count_rows, part_of, write_json


@pytest.fixture
def job(tmp_path):
    sections = {"split": SplitConfig(validation_share=0.3)}
    return Job(tmp_path, {}, sections, 1, None, lambda _: [], lambda *_: None, lambda: 0.0)


def test_a_section_is_found_by_its_type(job):
    assert job.section(SplitConfig).validation_share == 0.3


def test_a_section_that_the_stage_does_not_declare_is_refused(job):
    with pytest.raises(LookupError, match=r"^BalanceConfig is not among the sections that the stage declares$"):
        job.section(BalanceConfig)


def test_material_that_was_not_given_is_refused(job):
    with pytest.raises(LookupError, match=r"^expected Listing, received NoneType$"):
        job.given(Listing)


def test_a_part_names_stage_key_and_digest(tmp_path):
    assert part_of(Artifact("shard", "k", "d", tmp_path)) == Part("shard", "k", "d")


def test_counts_become_json_rows():
    table = pd.DataFrame({"train": [2, 0]}, index=["melanoma", "nevus"])
    assert json.loads(json.dumps(count_rows(table))) == [
        {"diagnosis": "melanoma", "train": 2},
        {"diagnosis": "nevus", "train": 0},
    ]


def test_json_is_written_as_it_is_and_without_nan(tmp_path):
    write_json(tmp_path / "a.json", {"ü": [1, None]})
    assert json.loads((tmp_path / "a.json").read_bytes()) == {"ü": [1, None]}
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(tmp_path / "b.json", {"x": float("nan")})


def test_a_job_without_a_workbench_says_so_and_another_makes_its_own_when_asked(job, tmp_path):
    with pytest.raises(LookupError, match="this job has no workbench"):
        _ = job.workbench
    assert replace(job, open_workbench=lambda: tmp_path / "bench").workbench == tmp_path / "bench"
