"""A study from the artifacts of its runs: who is compared with whom, on which images, and what makes it again."""

import csv
import json

import numpy as np
import pandas as pd
import pytest

from melanoma.artifacts.record import Made, Recipe
from melanoma.config.evaluate import EvaluateConfig
from melanoma.config.pipeline import PipelineConfig
from melanoma.config.study import Study, StudyRow
from melanoma.evaluation.evaluate import evaluate_predictions
from melanoma.stages.study_runs import CLEAN, LEAKING, StudyRun, StudyRuns
from melanoma.stages.table import STUDY

CLASSES = ("melanoma", "nevus")
QUICK = EvaluateConfig(resamples=100)
IMAGES = 80


def predictions(right, test_images, seed):
    """Return a table in which a share of validation and test images is right; test images are the first ones."""
    random = np.random.default_rng(seed)
    names = [f"test {n}" for n in test_images] + [f"validation {n}" for n in range(IMAGES)]
    truth = np.arange(len(names)) % 2
    chosen = np.where(random.random(len(names)) < right, truth, 1 - truth)
    return pd.DataFrame(
        {
            "image_id": names,
            "group_id": names,
            "split": ["test"] * len(test_images) + ["validation"] * IMAGES,
            "diagnosis": np.array(CLASSES)[truth],
            "predicted": np.array(CLASSES)[chosen],
            **{f"probability:{name}": (chosen == code).astype(float) for code, name in enumerate(CLASSES)},
        }
    )


@pytest.fixture
def make_run(workshop):
    """Return a maker of a row's artifacts, as a run of the pipeline leaves them."""

    def make(row, protocol, right, test_images, run_id="run a", seconds=3.5):
        table = predictions(right, test_images, seed=len(row))
        examples = table[["image_id", "group_id"]].assign(split="test")
        taught = examples.head(4).assign(image_id=["copy"] * 4, split="train")

        def store(stage, files, summary=None):
            def write(folder):
                for name, content in files.items():
                    if isinstance(content, pd.DataFrame):
                        content.to_parquet(folder / name, index=False)
                    else:
                        (folder / name).write_text(json.dumps(content))
                return Made(summary or {}, made_by={"run_id": run_id, "seconds": seconds})

            recipe = Recipe(stage, {"row": row, "protocol": protocol, "run": run_id, "seconds": seconds})
            return workshop.store.obtain(recipe, write).artifact

        leak = {"share": 0.75 if protocol == LEAKING else 0.0}
        metrics = evaluate_predictions(table, CLASSES, QUICK, 123)
        return StudyRun(
            row,
            protocol,
            store("balance", {"leak.json": leak, "examples.parquet": pd.concat([examples, taught])}),
            store("train", {"model.keras": row}, {"network": "cnn", "parameters": 1234, "kept": "best epoch 2 of 3"}),
            store("evaluate", {"predictions.parquet": table, "metrics.json": metrics}),
        )

    return make


@pytest.fixture
def runs(workshop, make_run):
    """Three rows; the leaking run of the second was tested on all images, the clean ones on those that are left."""
    workshop.config = PipelineConfig(evaluate=QUICK)
    left, every = range(10, IMAGES), range(IMAGES)
    rows = tuple(
        StudyRow(name=name, profile=None, change={"train": {"network": "cnn"}}, clean=workshop.config)
        for name in ("plain", "second", "=third")
    )
    study = Study(title="t", baseline="plain", as_published="second", rows=rows, config=workshop.config)
    return StudyRuns(
        study,
        (
            make_run("plain", CLEAN, 0.5, left),
            make_run("second", CLEAN, 0.55, left),
            make_run("second", LEAKING, 0.6, every),
            make_run("=third", CLEAN, 0.97, left),
        ),
    )


def carry_out(workshop, runs):
    return workshop.carry_out(STUDY, material=runs)


@pytest.fixture
def document(workshop, runs):
    return carry_out(workshop, runs).artifact.read_json("study.json")


def test_each_row_is_compared_with_the_row_before_the_baseline_and_the_published_network(document):
    assert [(entry["row"], entry["against"], entry["other"]) for entry in document["comparisons"]] == [
        ("plain", "as published", "second"),
        ("second", "row before", "plain"),
        ("second", "baseline", "plain"),
        ("second", "as published", "second"),
        ("=third", "row before", "second"),
        ("=third", "baseline", "plain"),
        ("=third", "as published", "second"),
    ]


def test_the_published_network_is_judged_on_the_clean_test_images_alone(document, runs):
    entry = document["comparisons"][-1]
    tested = pd.read_parquet(runs.find("second", LEAKING).evaluated.path("predictions.parquet"))
    shared = tested[tested["image_id"].isin([f"test {n}" for n in range(10, IMAGES)])]
    # Truth is that of the clean run: the same image has the same diagnosis in both tables or it counts as clean says.
    clean = pd.read_parquet(runs.find("=third", CLEAN).evaluated.path("predictions.parquet")).set_index("image_id")
    truth = clean.loc[shared["image_id"], "diagnosis"].to_numpy()
    recall = [(shared["predicted"].to_numpy() == truth)[truth == name].mean() for name in CLASSES]
    assert entry["n"] == IMAGES - 10
    assert entry["other_balanced_accuracy"]["value"] == pytest.approx(np.mean(recall))
    assert entry["verdict"] == "helped"
    assert entry["difference"]["ci95"][0] > 0


def test_each_cell_has_its_figures_and_leads_back_to_its_run(document, runs):
    row = document["rows"][1]
    metrics = runs.find("second", LEAKING).evaluated.read_json("metrics.json")["splits"]
    assert set(row["leaking"]["splits"]) == {"validation"}
    assert set(row["clean"]["splits"]) == {"validation", "test"}
    assert row["leaking"]["splits"]["validation"] == {
        name: metrics["validation"]["metrics"][name] for name in ("balanced_accuracy", "accuracy")
    }
    assert row["leaking"]["validation_images_with_relative_in_training"] == 0.75
    assert (row["clean"]["parameters"], row["clean"]["seconds"], row["clean"]["run_id"]) == (1234, 3.5, "run a")
    assert row["clean"]["artifacts"]["train"]["digest"] == runs.find("second", CLEAN).trained.digest
    assert document["rows"][0]["leaking"] is None


def test_clean_test_images_that_the_published_network_knows_are_counted(document):
    # Of the leaking run's first four test images, `test 0` to `test 3`, relatives were trained on; the clean protocol
    # has left these images out.
    assert document["published_network_knows"] == {"images": IMAGES - 10, "known": 0}


def test_the_table_has_a_line_per_row_that_no_spreadsheet_runs(workshop, runs):
    path = carry_out(workshop, runs).artifact.path("study.csv")
    lines = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert [line["row"] for line in lines] == ["plain", "second", "'=third"]
    assert lines[0]["gain over row before"] == ""
    assert lines[0]["leaking validation accuracy"] == ""
    assert lines[2]["gain over as published verdict"] == "helped"
    assert float(lines[1]["clean test balanced_accuracy low"]) < float(lines[1]["clean test balanced_accuracy"])


def test_the_page_and_the_summary_tell_the_same(workshop, runs):
    artifact = carry_out(workshop, runs).artifact
    page, answers = artifact.path("study.html").read_text(), artifact.summary["answers"]
    assert len(answers) == 7
    assert all(answer in page for answer in answers)


def test_a_second_study_of_the_same_artifacts_is_reused(workshop, runs):
    assert not carry_out(workshop, runs).reused
    assert carry_out(workshop, StudyRuns(runs.study, tuple(runs.runs))).reused


def test_another_word_another_maker_or_another_artifact_makes_it_again(workshop, runs, make_run):
    left = range(10, IMAGES)
    titled = runs.study.model_copy(update={"title": "u"})
    others = [
        StudyRuns(titled, runs.runs),
        StudyRuns(runs.study, (make_run("plain", CLEAN, 0.5, left, run_id="run b"), *runs.runs[1:])),
        StudyRuns(runs.study, (make_run("plain", CLEAN, 0.5, left, seconds=9), *runs.runs[1:])),
        StudyRuns(runs.study, (make_run("plain", CLEAN, 0.7, left, run_id="run c"), *runs.runs[1:])),
    ]
    assert len({runs.digest, *(other.digest for other in others)}) == 5


def test_rows_that_take_no_part_are_not_compared_with(workshop, runs):
    study = runs.study.model_copy(update={"rows": runs.study.rows[2:]})
    document = carry_out(workshop, StudyRuns(study, runs.runs[3:])).artifact.read_json("study.json")
    assert document["comparisons"] == []
    assert (document["baseline"], document["as_published"], document["published_network_knows"]) == (None, None, None)
