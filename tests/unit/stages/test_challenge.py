"""When there is nothing to retrain on."""

import json
from datetime import UTC, datetime

import pytest

from melanoma.config.split import SplitConfig
from melanoma.errors import UsageError
from melanoma.registry.entry import Draft
from melanoma.registry.ledger import append_entry, read_ledger
from melanoma.stages.challenge import Challenge, Retraining, require_clean

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
CONFIG = {"seed": 1, "train": {"epochs": 2}, "report": {"title": "one"}}


@pytest.fixture
def judged(tmp_path):
    """A home in which a run was refused."""
    folder = tmp_path / "runs" / "run"
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(json.dumps({"data_digest": "d", "config": CONFIG}))
    facts = {"model_sha256": "1" * 64, "test_rows_sha256": "2" * 64, "reason": "calibration: worse"}
    append_entry(tmp_path, lambda _: Draft(action="refuse", run_id="run", **facts), NOON)
    return Retraining(tmp_path, None, read_ledger(tmp_path))


def test_what_was_judged_is_not_judged_again_whatever_its_report_is_called(judged):
    same = "data and configuration are those of run run, which was judged: refuse"
    assert judged.find_same("d", CONFIG) == same
    assert judged.find_same("d", {**CONFIG, "report": {"title": "two"}}) == same


@pytest.mark.parametrize(("digest", "config"), [("other", CONFIG), ("d", {**CONFIG, "train": {"epochs": 3}})])
def test_other_data_or_another_configuration_is_judged(judged, digest, config):
    assert judged.find_same(digest, config) is None


def test_a_run_whose_folder_is_gone_is_no_reason_to_do_nothing(judged, tmp_path):
    (tmp_path / "runs" / "run" / "run.json").unlink()
    assert judged.find_same("d", CONFIG) is None
    assert Retraining(tmp_path, None, ()).find_same("d", CONFIG) is None


def test_a_challenge_without_a_champion_has_a_digest_of_its_own(judged):
    assert len(Challenge(None, None).digest) == 64


def test_a_protocol_that_leaks_is_not_retrained():
    with pytest.raises(UsageError, match=r"split.protocol after_augmentation leaks, and no model of it is promoted"):
        require_clean(SplitConfig(protocol="after_augmentation"))
    require_clean(SplitConfig())
