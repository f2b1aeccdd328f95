"""The whole pipeline, from a folder of images to a report, as its user runs it."""

import json
import subprocess
import sys

import pandas as pd
import pytest

from tests.independent_metrics import recompute

pytestmark = pytest.mark.xdist_group("pipeline")
STAGES = ["ingest", "validate", "split", "balance", "train", "evaluate", "robustness", "explain", "report"]
FILES = [
    "run.json",
    "quarantine.csv",
    "audit.json",
    "audit.html",
    "findings/label_conflict.csv",
    "near_duplicates.parquet",
    "manifest.parquet",
    "examples.parquet",
    "metrics.json",
    "predictions.parquet",
    "robustness.json",
    "explanations.json",
    "model.keras",
    "report.html",
    "MODEL_CARD.md",
    "reporting_checklist.md",
]


@pytest.fixture(scope="module")
def finished(tmp_path_factory, drawn_set, make_reporting):
    """A home in which the pipeline has run once on the synthetic set."""
    command = make_reporting(tmp_path_factory.mktemp("finished"))
    return command, command.run(drawn_set)


def test_a_run_leaves_the_files_of_the_contract(finished):
    command, record = finished
    latest = command.home / "runs" / "latest"
    assert [name for name in FILES if not (latest / name).is_file()] == []
    assert json.loads((latest / "run.json").read_text()) == record
    assert record["status"] == "finished"
    assert [name for name in STAGES if record["stages"][name]["state"] == "Completed"] == STAGES
    assert {entry["state"] for entry in record["stages"].values()} == {"Completed"}  # a figure shown twice is made once
    assert all(record["stages"][name]["task_run_id"] for name in STAGES)


def test_the_audit_finds_what_was_planted(finished, drawn_set):
    command, _ = finished
    audit = json.loads((command.home / "runs/latest/audit.json").read_text())
    truth = json.loads(drawn_set.with_name(f"{drawn_set.name}-truth.json").read_text())
    found = {finding["check"]: finding for finding in audit["findings"]}
    assert audit["passed"]
    assert found["unreadable_image"]["count"] == len(truth["truncated_files"])
    assert found["label_conflict"]["count"] == 2 * len(truth["label_conflicts"])
    assert found["image_in_train_and_test"]["count"] == 2 * len(truth["test_images_in_train"])


def test_effects_that_were_not_planted_are_not_told(finished, drawn_set):
    command, record = finished
    truth = json.loads(drawn_set.with_name(f"{drawn_set.name}-truth.json").read_text())
    report = (command.home / "runs" / record["run_id"] / "report.html").read_text()
    assert truth["effects"] == {}
    assert "Test images differ from validation images" not in report
    assert "On test, on the same diagnoses, accuracy is lower" not in report


def test_no_relative_of_a_test_or_validation_image_is_in_training(finished):
    command, _ = finished
    rows = pd.read_parquet(command.home / "runs/latest/manifest.parquet").dropna(subset=["split"])
    for identity in ("sha256", "pixel_sha256", "lesion_id", "patient_id", "group_id"):
        sides = rows.dropna(subset=[identity]).groupby(identity)["split"].nunique()
        assert sides.max() == 1, identity
    predictions = pd.read_parquet(command.home / "runs/latest/predictions.parquet")
    assert predictions["parent_id"].isna().all()
    assert set(predictions["image_id"]) == set(rows.loc[rows["split"] != "train", "image_id"])


def test_a_run_is_proven_again(finished):
    command, record = finished
    answer = command("verify", record["run_id"], "--json")
    proof = json.loads(answer.out)
    assert (answer.code, proof["holds"], proof["run_id"]) == (0, True, record["run_id"])
    assert [claim["text"] for claim in proof["claims"] if not claim["holds"]] == []
    roles = pd.read_parquet(command.home / "runs/latest/predictions.parquet")["split"]
    assert set(roles) == {"validation", "calibration", "test"}


def test_files_are_predicted_as_the_run_predicted_them_and_decided_at_its_threshold(finished, drawn_set, tmp_path):
    command, _ = finished
    answer = command("predict", "--model", "latest", drawn_set, "--out", tmp_path / "p.csv")
    assert answer.code == 0, answer.err
    files = pd.read_csv(tmp_path / "p.csv")
    files["image_id"] = files["image"].str.removeprefix(f"{drawn_set.as_posix()}/")
    rows = pd.read_parquet(command.home / "runs/latest/predictions.parquet")
    both = rows.merge(files, on="image_id", suffixes=("", " of file"))
    metrics = json.loads((command.home / "runs/latest/metrics.json").read_text())
    threshold = metrics["splits"]["test"]["operating_point"]["threshold"]
    assert len(both) == len(rows)
    for name in metrics["classes"]:
        assert (both[f"probability:{name}"] - both[f"probability:{name} of file"]).abs().max() < 1e-5
    # The threshold is the score of one of these images, which in another batch may come out a last digit lower.
    apart = both[(both["melanoma_probability"] - threshold).abs() > 1e-5]
    assert len(apart) > len(both) - 5
    assert (apart["melanoma_decision"] == (apart["melanoma_probability"] >= threshold)).all()
    truth = json.loads(drawn_set.with_name(f"{drawn_set.name}-truth.json").read_text())
    assert f"not predicted: {len(truth['truncated_files'])} images" in answer.out


def test_a_second_run_is_cached_and_imports_no_heavy_library(finished, drawn_set):
    command, first = finished
    code = (
        "import sys; sys.argv = ['melanoma', *sys.argv[1:]]\n"
        "from flows.command_line import main\n"
        "try: main()\n"
        "finally:\n"
        "    heavy = {'tensorflow', 'keras', 'great_expectations', 'matplotlib', 'Augmentor'} & set(sys.modules)\n"
        "    sys.stderr.write('heavy: ' + ','.join(sorted(heavy)))\n"
    )
    process = command.start("run", "--data", drawn_set, "--json", *command.quick(), code=code)
    out, err = process.communicate(timeout=300)
    second = json.loads(out)
    assert process.returncode == 0
    assert err.endswith("heavy: ")
    assert {second["stages"][name]["state"] for name in STAGES} == {"Cached"}
    assert {name: second["stages"][name]["digest"] for name in STAGES} == {
        name: first["stages"][name]["digest"] for name in STAGES
    }
    assert second["stages"]["train"]["made_by"]["task_run_id"] == first["stages"]["train"]["task_run_id"]


def test_the_plan_names_what_a_changed_value_would_run_again(finished, drawn_set):
    command, _ = finished
    same = command("plan", "--data", drawn_set, "--json", *command.quick())
    changed = command("plan", "--data", drawn_set, "--json", *command.quick("train.epochs=3"))
    assert all(stage["hit"] for stage in json.loads(same.out))
    misses = {stage["stage"]: stage["reason"] for stage in json.loads(changed.out) if not stage["hit"]}
    assert misses["train"] == "changed: config.train.epochs"
    assert set(misses) == {
        "train",
        "evaluate",
        "robustness",
        "explain",
        "training-curves",
        "confusion-matrix",
        "report",
    }


def test_a_changed_helper_in_reporting_runs_only_the_pages_again(finished, drawn_set, tmp_path, copy_of_source):
    command, _ = finished
    source = copy_of_source(tmp_path / "source")
    template = next((source / "melanoma/reporting/templates").glob("*.j2"))
    template.write_text(template.read_text() + "\n")
    other = command.with_source(source)
    stages = json.loads(other("plan", "--data", drawn_set, "--json", *command.quick()).out)
    misses = {stage["stage"]: stage["reason"] for stage in stages if not stage["hit"]}
    reason = f"changed: source.melanoma/reporting/templates/{template.name}"
    assert misses == {"audit-page": reason, "report": reason}


def test_one_changed_byte_redoes_one_shard_and_what_depends_on_it(finished, drawn_set, tmp_path, copy_of_set):
    command, _ = finished
    settings = ("ingest.shard_images=20",)
    data = copy_of_set(drawn_set, tmp_path / "set")
    home = command.with_home(tmp_path / "home")
    home.run(data, *settings)
    before = {path.name for path in (home.home / "artifacts/ingest-shard").iterdir()}
    image = sorted(data.glob("Train/nevus/*.jpg"))[0]
    content = bytearray(image.read_bytes())
    content[-3] ^= 1
    image.write_bytes(content)
    record = home.run(data, *settings)
    after = {path.name for path in (home.home / "artifacts/ingest-shard").iterdir()}
    assert len(before) >= 4
    assert len(after - before) == 1
    assert record["stages"]["ingest"]["state"] == "Completed"


@pytest.mark.parametrize("harm", ["delete", "change", "truncate"])
def test_a_harmed_artifact_is_noticed_and_rebuilt_the_same(finished, drawn_set, harm):
    command, first = finished
    key = first["stages"]["balance"]["key"]
    file = command.home / "artifacts/balance" / key / "examples.parquet"
    file.chmod(0o600)
    content = bytearray(file.read_bytes())
    if harm == "delete":
        file.unlink()
    elif harm == "change":
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    else:
        file.write_bytes(content[:100])
    planned = json.loads(command("plan", "--data", drawn_set, "--json", *command.quick()).out)
    record = command.run(drawn_set)
    assert {stage["stage"]: stage["reason"] for stage in planned}["balance"] == "its artifact is damaged"
    assert record["stages"]["balance"]["state"] == "Completed"
    assert record["stages"]["balance"]["digest"] == first["stages"]["balance"]["digest"]
    assert record["stages"]["train"]["state"] == "Cached"
    assert list((command.home / "damaged").glob(f"balance-{key}-*"))


def test_the_terminal_shows_findings_figures_report_and_next_step_without_noise(finished, drawn_set):
    command, _ = finished
    answer = command("run", "--data", drawn_set, *command.quick())
    assert answer.code == 0
    for words in ("label_conflict", "balanced accuracy", "report:", "next:"):
        assert words in answer.out
    for noise in ("oneDNN", "cuda", "WARNING", "prefect.", "Flow run", "Traceback"):
        assert noise not in answer.out + answer.err


def test_status_lists_the_runs_of_the_home(finished):
    command, record = finished
    runs = json.loads(command("status", "--json").out)
    assert record["run_id"] in [run["run_id"] for run in runs]
    assert {run["status"] for run in runs} == {"finished"}


def test_the_notebooks_protocol_is_called_leaking_in_its_report(finished, drawn_set, tmp_path):
    command, _ = finished
    settings = command.quick("balance.images_per_class=30", "train.epochs=1")
    answer = command("run", "--data", drawn_set, "--config", "seed", "--json", *settings)
    assert answer.code == 0, answer.err
    record = json.loads(answer.out)
    folder = command.home / "runs" / record["run_id"]
    leak = json.loads(
        (command.home / "artifacts/balance" / record["stages"]["balance"]["key"] / "leak.json").read_text()
    )
    assert leak["protocol"] == "after_augmentation"
    assert leak["share"] > 0.5
    assert "leak" in (folder / "report.html").read_text().lower()
    rows = pd.read_parquet(folder / "predictions.parquet")
    assert rows.loc[rows["split"] == "validation", "parent_id"].notna().any()
    proof = command("verify", record["run_id"])
    assert proof.code == 1
    assert "FAIL" in proof.out
    assert "augmented copies are outside training" in proof.out
    assert proof.err == ""


def test_the_module_starts_the_same_command(command):
    listed = subprocess.run(
        [sys.executable, "-m", "flows.command_line", "--help"], capture_output=True, text=True, check=True
    )
    assert listed.stdout == command("--help").out


def test_every_value_is_that_of_an_independent_script_within_rounding(finished):
    command, record = finished
    found = recompute(command.home / "runs" / record["run_id"])
    assert found.wrong == {}
    assert len(found.pairs) > 500
    # A new figure needs a definition of its own in tests/independent_metrics.py.
    assert found.unknown == set()


def test_verify_recomputes_the_figures_and_names_one_that_was_changed(finished):
    command, record = finished
    assert "numbers of metrics.json do not follow" in command("verify").out
    path = command.home / "runs" / record["run_id"] / "metrics.json"
    sound = path.read_text()
    metrics = json.loads(sound)
    metrics["splits"]["test"]["metrics"]["accuracy"]["value"] += 0.01
    path.unlink()  # a link to what the store keeps
    path.write_text(json.dumps(metrics))
    answer = command("verify", record["run_id"])
    path.write_text(sound)
    assert answer.code == 1
    assert "test.metrics.accuracy.value: metrics.json says" in answer.out
