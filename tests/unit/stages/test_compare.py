"""Two runs, from the artifacts that their evaluations left: what is compared, what is told, what makes it again."""

import json

import pytest

from melanoma.artifacts.record import Made, Recipe
from melanoma.config.evaluate import EvaluateConfig
from melanoma.config.pipeline import PipelineConfig
from melanoma.errors import ConfigError, ModelError, UsageError
from melanoma.evaluation.evaluate import evaluate_predictions
from melanoma.runs import RunFolder, note_stage, open_run
from melanoma.stages.compared_runs import find_compared
from melanoma.stages.recorded_config import evaluate_config_of
from melanoma.stages.table import COMPARE
from tests.unit.evaluation.test_compare_models import CLASSES, table

QUICK = EvaluateConfig(resamples=100)
ONE, OTHER = "20260101-000000-aaaaaaaa", "20260102-000000-bbbbbbbb"


@pytest.fixture
def make_run(workshop):
    """Return a maker of a run whose evaluation is in the store."""

    def make(run_id, strength, seed):
        rows = table(strength, seed)
        rows["split"] = ["validation", "test"] * (len(rows) // 2)
        workshop.config = PipelineConfig(evaluate=QUICK)

        def write(folder):
            rows.to_parquet(folder / "predictions.parquet", index=False)
            (folder / "metrics.json").write_text(json.dumps(evaluate_predictions(rows, CLASSES, QUICK, 123)))
            return Made(made_by={"run_id": run_id})

        artifact = workshop.store.obtain(Recipe("evaluate", {"run": run_id}), write).artifact
        folder = RunFolder(workshop.store.home, run_id)
        config = workshop.config.model_dump(mode="json")
        open_run(folder, {"config": config, "seed": 123, "data": "<script>set</script>"})
        note_stage(folder, "evaluate", {"key": artifact.key, "digest": artifact.digest})
        return folder

    return make


@pytest.fixture
def runs(workshop, make_run):
    make_run(ONE, 2.5, 1)
    make_run(OTHER, 0.5, 2)
    return lambda first=ONE, second=OTHER: find_compared(first, second, workshop.store.home)


def test_test_images_are_compared_at_each_run_s_own_threshold(workshop, runs):
    made = workshop.carry_out(COMPARE, material=runs()).artifact
    document = made.read_json("compare.json")
    figures = {figure["name"]: figure for figure in document["figures"]}
    assert document["images"]["common"] == 120
    assert figures["balanced_accuracy"]["better"] == "first"
    for name, side in ((ONE, "first"), (OTHER, "second")):
        folder = workshop.store.find("evaluate", Recipe("evaluate", {"run": name}).key)
        test = folder.read_json("metrics.json")["splits"]["test"]
        assert figures["operating_sensitivity"][side]["value"] == pytest.approx(
            test["operating_point"]["sensitivity"]["value"]
        )
        assert figures["balanced_accuracy"][side]["value"] == pytest.approx(
            test["metrics"]["balanced_accuracy"]["value"]
        )


def test_the_page_escapes_names_says_the_verdict_and_asks_for_nothing(workshop, runs):
    page = (workshop.carry_out(COMPARE, material=runs()).artifact.folder / "compare.html").read_text()
    assert "<script" not in page
    assert "&lt;script&gt;set" in page
    assert '<span class="pill told">A is better</span>' in page
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
    assert "A is better than B in balanced accuracy" in page
    assert "figures are compared. Of 20 that do not differ" in page


def test_the_same_two_runs_are_compared_once_and_the_other_way_round_anew(workshop, runs):
    assert not workshop.carry_out(COMPARE, material=runs()).reused
    assert workshop.carry_out(COMPARE, material=runs()).reused
    assert not workshop.carry_out(COMPARE, material=runs(OTHER, ONE)).reused


def test_a_run_is_found_by_its_folder_too(workshop, runs):
    assert runs(str(workshop.store.home / "runs" / ONE)).first.run_id == ONE


def test_one_run_twice_is_a_usage_error(runs):
    with pytest.raises(UsageError, match=f"compare: {ONE} and 20260101 are one run, {ONE}; give two"):
        runs(ONE, "20260101")


def test_a_folder_that_is_no_run_is_a_usage_error(runs, tmp_path):
    with pytest.raises(UsageError, match=r"holds no run\.json; give a run's id, latest, or the folder of a run"):
        runs(ONE, str(tmp_path))


def test_a_run_without_predictions_is_told(workshop, runs):
    open_run(RunFolder(workshop.store.home, "20260103-000000-cccccccc"), {})
    with pytest.raises(ModelError, match="has no predictions \\(it is running\\); give another"):
        runs(ONE, "20260103")


def test_predictions_that_are_gone_are_told(workshop, runs):
    folder = RunFolder(workshop.store.home, ONE)
    note_stage(folder, "evaluate", {"key": "0" * 64, "digest": "x"})
    words = rf"compare: .*/artifacts/evaluate/0+: the manifest is missing .* it will be rebuilt when run {ONE} is made"
    with pytest.raises(ModelError, match=words):
        runs()


@pytest.mark.parametrize("name", ["predictions.parquet", "metrics.json"])
@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-1] + b"!"), " was changed"),
        (lambda path: path.write_bytes(b""), r" has 0 bytes, expected \d+"),
        (lambda path: path.unlink(), " is missing"),
    ],
    ids=["changed", "cut", "gone"],
)
def test_a_damaged_file_is_named(workshop, runs, name, harm, words):
    path = workshop.store.find("evaluate", Recipe("evaluate", {"run": OTHER}).key).path(name)
    path.chmod(0o644)
    harm(path)
    with pytest.raises(ModelError, match=f"^compare: {path}{words}; it will be rebuilt when run {OTHER} is made again"):
        runs()


def test_settings_of_another_version_are_told():
    with pytest.raises(ConfigError, match=r"run a: evaluate\.resample: no such configuration key"):
        evaluate_config_of({"run_id": "a", "config": {"evaluate": {"resample": 3}}})
