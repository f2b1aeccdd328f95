"""Retraining with the home in object storage: all that the next one needs is in the bucket."""

import json
import shutil

import pandas as pd
import pytest

from melanoma.config.synthetic import SyntheticConfig
from melanoma.data.synthetic.dataset import draw_dataset
from tests.integration.s3_server import Shared
from tests.networks import LEARNED

pytestmark = pytest.mark.xdist_group("a home in object storage")
# Of so few test images no more is asked than that the first model beats chance and the second does not fail entirely.
UNASKED = ("melanoma_sensitivity", "worst_subgroup", "calibration", "latency")
LENIENT = ["gates.balanced_accuracy.margin=1", *(f"gates.{gate}.enabled=false" for gate in UNASKED)]
SHORT = ["robustness.enabled=false", "explain.enabled=false"]
ADDED = 24


@pytest.fixture(scope="module")
def team(make_command, s3, tmp_path_factory):
    """A home in a bucket, a folder of images, and a function that retrains on it by a machine."""
    folder, address = tmp_path_factory.mktemp("retrained"), s3.make_bucket()
    plain, data = make_command(folder / "command"), folder / "images"
    draw_dataset(data, SyntheticConfig(images=72, size_px=48))

    def retrain(machine):
        place = {"MELANOMA_HOME": address, "MELANOMA_CACHE": str(folder / machine)}
        command = plain.with_environment(**s3.environment, **place)
        answer = command("retrain", "--data", data, "--json", *command.quick(*LEARNED, *LENIENT, *SHORT))
        assert answer.code == 0, answer.err
        return json.loads(answer.out)

    return Shared(address, folder), data, retrain


@pytest.fixture(scope="module")
def first(team):
    """The record of the first retraining, of which its machine has forgotten all."""
    shared, _, retrain = team
    record = retrain("one")
    shutil.rmtree(shared.caches / "one")
    return record


@pytest.fixture(scope="module")
def second(team, first):
    """The record of the retraining after images were added to the folder."""
    shared, data, retrain = team
    more = shared.caches / "more"
    draw_dataset(more, SyntheticConfig(images=72, size_px=48, seed=9))
    for number, path in enumerate(sorted(more.glob("T*/*/*.jpg"))[:ADDED]):
        shutil.copy(path, data / path.parent.relative_to(more) / f"ISIC_{8_000_000 + number}.jpg")
    return retrain("one")


def _read_roles(shared, record, tmp_path):
    path = tmp_path / f"{record['run_id']}.parquet"
    path.write_bytes(shared.get(f"runs/{record['run_id']}/manifest.parquet"))
    return pd.read_parquet(path).dropna(subset=["split"]).set_index("sha256")["split"]


def test_the_first_decision_is_in_the_bucket_with_all_that_a_champion_needs(team, first):
    shared, *_ = team
    assert first["retrain"]["state"] == "first"
    assert shared.get_json("promotions/000001") == first["promotion"]
    names = {name.rpartition("/")[2] for name in shared.objects if name.startswith(f"runs/{first['run_id']}/")}
    assert names >= {"run.json", "model.keras", "manifest.parquet", "quarantine.csv", "metrics.json", "decision.json"}


def test_a_machine_that_has_forgotten_all_judges_new_images_on_the_champions_frozen_rows(team, first, second, tmp_path):
    shared, *_ = team
    changes = second["retrain"]["changes"]
    assert (changes["new"], changes["changed"], changes["vanished"]) == (ADDED, 0, 0)
    old, new = (_read_roles(shared, record, tmp_path) for record in (first, second))
    assert (new.reindex(old.index[old == "test"]) == "test").all()
    assert not (new.reindex(old.index[old != "test"]) == "test").any()
    decision = shared.get_json(f"runs/{second['run_id']}/decision.json")
    assert decision["champion"]["run_id"] == first["run_id"]
    assert {gate["gate"]: gate["verdict"] for gate in decision["gates"]}["balanced_accuracy"] == "passed"
    assert "Challenger promoted" in shared.get(f"runs/{second['run_id']}/promotion.html").decode()


def test_each_decision_is_a_line_in_the_bucket_that_follows_the_one_before(team, first, second):
    shared, *_ = team
    lines = [shared.get_json(name) for name in shared.objects if name.startswith("promotions/")]
    assert lines == [first["promotion"], second["promotion"]]
    assert [(line["sequence"], line["action"]) for line in lines] == [(1, "promote"), (2, "promote")]


def test_it_decodes_only_the_new_images(team, second):
    shared, *_ = team
    shards = [name for name in shared.objects if name.startswith("artifacts/ingest-shard/")]
    assert len([name for name in shards if name.endswith("/manifest.json")]) == 2


def test_another_machine_knows_that_there_is_nothing_to_do(team, second):
    *_, retrain = team
    third = retrain("other")
    assert (third["retrain"]["state"], third["stages"]) == ("unchanged", {})
    assert f"run {second['run_id']}, which is the champion" in third["retrain"]["said"]
