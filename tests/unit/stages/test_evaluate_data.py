"""A model is scored on somebody else's images: other size, seven of nine classes, columns missing, right figures."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.metrics import accuracy_score, f1_score, roc_auc_score

from melanoma.config.pipeline import PipelineConfig
from melanoma.data.sources import list_sources
from melanoma.data.taxonomy import CLASSES
from melanoma.errors import ModelError, SourceError
from melanoma.stages.found_model import find_model
from melanoma.stages.model_test import ModelTest
from melanoma.stages.table import EVALUATE_DATA, INGEST
from tests.tiny_model import make_run, metadata_kernel, tiny_kernel

pytestmark = pytest.mark.xdist_group("tensorflow")
SEVEN = CLASSES[:7]
PER_CLASS = 5
RUN = "20260101-000000-aaaaaaaa"


def _draw(root, labels, per_class=PER_CLASS, size=(90, 64)):
    """Write pictures of random colour, one folder per label, under ids that count up."""
    random = np.random.default_rng(4)
    for number in range(len(labels) * per_class):
        path = root / labels[number % len(labels)] / f"ISIC_{number:07d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", size, tuple(random.integers(0, 256, 3).tolist())).save(path)
    return root


@pytest.fixture
def score(workshop, tmp_path):
    """Return a function that scores the tiny model on a folder and returns the artifact."""
    workshop.config = PipelineConfig.model_validate({"evaluate": {"resamples": 100}})

    def run(data: Path, met: pd.DataFrame | None = None, tables=(), keep_known=False, metadata=()):
        home = workshop.store.folder("", "").parents[1]
        if not (home / "runs" / RUN).exists():
            none = pd.DataFrame({"split": [], "sha256": [], "pixel_sha256": [], "isic_id": []})
            make_run(home, RUN, CLASSES, none if met is None else met, metadata=metadata)
        found = find_model(RUN, home)
        workshop.config = found.fit_config(workshop.config)
        ingest = workshop.make(INGEST, material=list_sources([data], tables))
        return workshop.carry_out(EVALUATE_DATA, ingest, material=ModelTest(found, keep_known)).artifact

    return run


def test_seven_of_nine_classes_of_another_size_give_the_figures_of_scikit_learn(score, tmp_path):
    data = _draw(tmp_path / "set", SEVEN)
    table = pd.DataFrame({"isic_id": [f"ISIC_{n:07d}" for n in range(10)], "lesion_id": ["one"] * 5 + ["two"] * 5})
    table["fitzpatrick_skin_type"], table["attribution"] = "iv", "a clinic"
    table.to_csv(tmp_path / "lesions.csv", index=False)
    artifact = score(data, tables=[tmp_path / "lesions.csv"])
    metrics = artifact.read_json("metrics.json")
    split = metrics["splits"]["external"]
    rows = pd.read_parquet(artifact.path("predictions.parquet"))
    chances = rows[[f"probability:{name}" for name in CLASSES]].to_numpy()
    value = {name: figure["value"] for name, figure in split["metrics"].items()}
    aurocs = [roc_auc_score(rows["diagnosis"] == name, rows[f"probability:{name}"]) for name in SEVEN]
    assert not set(rows["predicted"]) <= set(SEVEN)  # the model also says what the set has not
    assert value["accuracy"] == pytest.approx(accuracy_score(rows["diagnosis"], rows["predicted"]))
    recalls = [(rows["predicted"] == name)[rows["diagnosis"] == name].mean() for name in SEVEN]
    assert value["balanced_accuracy"] == pytest.approx(np.mean(recalls))
    expected_f1 = f1_score(rows["diagnosis"], rows["predicted"], labels=SEVEN, average="macro", zero_division=0)
    assert value["macro_f1"] == pytest.approx(expected_f1)
    assert value["macro_auroc"] == pytest.approx(np.mean(aurocs))
    np.testing.assert_allclose(chances.sum(axis=1), 1)
    assert (split["n"], split["groups"]) == (35, 27)  # 25 by themselves, and two lesions of five
    assert metrics["data"]["absent_classes"] == list(CLASSES[7:])
    assert (
        "the set has no image of squamous cell carcinoma, vascular lesion; means are over the others"
        in (metrics["data"]["notes"])
    )
    assert "per_class.sensitivity" not in split["not_evaluated"]
    assert split["not_evaluated"]["subgroups.sex"] == "no row has a value for sex"
    for column, name in {"fitzpatrick_skin_type": "IV", "source_collection": "a clinic"}.items():
        assert {value: entry["n"] for value, entry in split["subgroups"][column].items()} == {name: 10, "unknown": 25}
    assert all(len(figure["ci95"]) == 2 and figure["n"] for figure in split["metrics"].values())


def test_the_threshold_is_the_runs_and_not_chosen_again(score, tmp_path):
    artifact = score(_draw(tmp_path / "set", SEVEN))
    rows = pd.read_parquet(artifact.path("predictions.parquet"))
    point = artifact.read_json("metrics.json")["splits"]["external"]["operating_point"]
    melanoma = rows["diagnosis"] == "melanoma"
    called = rows["probability:melanoma"] >= 0.25
    assert (point["threshold"], point["chosen_on"], point["target_sensitivity"]) == (0.25, "validation", 0.95)
    assert point["sensitivity"]["value"] == pytest.approx(called[melanoma].mean())
    assert point["specificity"]["value"] == pytest.approx((~called)[~melanoma].mean())


def test_a_coarser_name_of_the_set_joins_the_models_probabilities(score, tmp_path):
    artifact = score(_draw(tmp_path / "set", ["melanoma", "nevus", "bkl", "rash"]))
    metrics = artifact.read_json("metrics.json")
    assert "benign keratosis" in metrics["classes"]
    assert metrics["data"]["joined"] == {
        "benign keratosis": ["pigmented benign keratosis", "seborrheic keratosis"],
    }
    by_name = {part["diagnosis"]: part for part in metrics["data"]["mapping"]}
    assert by_name["rash"] == {
        "diagnosis": "rash",
        "images": PER_CLASS,
        "as": None,
        "left_out_because": "the model does not know it",
    }
    assert metrics["splits"]["external"]["n"] == 3 * PER_CLASS
    rows = pd.read_parquet(artifact.path("predictions.parquet"))
    np.testing.assert_allclose(rows.filter(like="probability:").sum(axis=1), 1)


def test_images_that_the_model_was_made_from_are_left_out_or_kept_and_counted(score, tmp_path):
    data = _draw(tmp_path / "set", SEVEN)
    met = pd.DataFrame(
        {
            "isic_id": ["ISIC_0000000", "ISIC_0000001", "ISIC_0000002"],
            "split": ["train", "validation", "test"],
            "sha256": "x",
            "pixel_sha256": "y",
        }
    )
    left_out = score(data, met).read_json("metrics.json")
    kept = score(data, met, keep_known=True).read_json("metrics.json")
    assert (left_out["splits"]["external"]["n"], kept["splits"]["external"]["n"]) == (33, 35)
    assert left_out["data"]["known"] == kept["data"]["known"] == {"the same ISIC id": 2}
    assert "2 images were there when the model was made (2 as the same ISIC id): left out" in left_out["data"]["notes"]
    assert any(note.endswith("kept all the same") for note in kept["data"]["notes"])


def test_the_same_test_is_reused_and_so_is_its_ingest(score, workshop, tmp_path):
    data = _draw(tmp_path / "set", SEVEN)
    first = score(data)
    built = list(workshop.built)
    assert score(data).key == first.key
    assert workshop.built == built


def test_the_csv_is_in_the_challenges_form_under_the_images_ids(score, tmp_path):
    table = pd.read_csv(score(_draw(tmp_path / "set", SEVEN)).path("predictions.csv"))
    assert table.columns.tolist() == ["image", "MEL", "NV", "BCC", "AK", "BKL", "DF", "VASC", "SCC", "UNK"]
    assert sorted(table["image"]) == [f"ISIC_{n:07d}" for n in range(35)]


@pytest.mark.parametrize(
    ("labels", "per_class", "problem", "words"),
    [
        (["rash", "wart"], 10, ModelError, f"no image has a diagnosis of {RUN}: the set has rash, wart; rename"),
        (["melanoma"], 12, ModelError, "all 12 images are melanoma; give images of another diagnosis too"),
        (["melanoma", "nevus"], 2, SourceError, "4 images are left to score; give 10 or more, or use predict"),
    ],
)
def test_a_set_on_which_no_figure_would_say_anything_is_refused(score, tmp_path, labels, per_class, problem, words):
    with pytest.raises(problem, match=words):
        score(_draw(tmp_path / "set", labels, per_class))


def test_a_model_that_gives_no_number_is_refused_by_how_often_and_for_which_image_first(score, tmp_path, monkeypatch):
    from melanoma.models.forward import fast_forward
    from melanoma.stages import evaluate_data

    def loses_red(network):
        forward = fast_forward(network)
        return lambda inputs: np.where(inputs[:, 0, 0, 0] > 200, np.nan, forward(inputs).T).T

    data = _draw(tmp_path / "set", SEVEN)
    red = [path for path in sorted(data.rglob("*.png")) if Image.open(path).getpixel((0, 0))[0] > 200]
    monkeypatch.setattr(evaluate_data, "fast_forward", loses_red)
    told = f"tiny: the model's output is not a number for {len(red)} of 35 images, first {red[0].relative_to(data)}; "
    with pytest.raises(ModelError, match=f"{told}train it again, or give another model"):
        score(data)
    assert 0 < len(red) < 35


def test_a_set_that_the_model_has_met_whole_is_refused(score, tmp_path):
    ids = [f"ISIC_{n:07d}" for n in range(35)]
    met = pd.DataFrame({"isic_id": ids, "split": "train", "sha256": "x", "pixel_sha256": "y"})
    with pytest.raises(ModelError, match=r"all 35 images are among those .* --keep-known"):
        score(_draw(tmp_path / "set", SEVEN), met)


def test_metrics_are_plain_json(score, tmp_path):
    artifact = score(_draw(tmp_path / "set", SEVEN))
    json.dumps(artifact.read_json("metrics.json"), allow_nan=False)
    assert artifact.summary["n"] == 35


def test_a_model_that_takes_metadata_is_told_what_the_set_says_and_the_record_says_what_it_lacks(score, tmp_path):
    data = _draw(tmp_path / "set", SEVEN)
    sexes = ["male", "female"] * 10
    pd.DataFrame({"isic_id": [f"ISIC_{n:07d}" for n in range(20)], "sex": sexes}).to_csv(
        tmp_path / "t.csv", index=False
    )
    artifact = score(data, tables=[tmp_path / "t.csv"], metadata=("sex", "anatom_site_general"))
    metrics = artifact.read_json("metrics.json")
    assert metrics["model"]["metadata"] == ["sex", "anatom_site_general"]
    assert metrics["data"]["notes"][-2:] == [
        "sex: unknown for 15 of 35 images",
        "anatom_site_general: unknown for 35 of 35 images",
    ]
    rows = pd.read_parquet(artifact.path("predictions.parquet")).set_index("image_id")
    kernel = metadata_kernel(3 + 10, len(CLASSES)).astype(float)
    for image_id, row in rows.iterrows():
        number = int(image_id[-11:-4])
        encoded = np.zeros(13)
        encoded[{"female": 0, "male": 1}[sexes[number]] if number < 20 else 2] = encoded[12] = 1
        colour = np.asarray(Image.open(data / image_id))[0, 0]
        logits = (colour / 127.5 - 1) @ tiny_kernel(len(CLASSES)).astype(float) + encoded @ kernel
        expected = np.exp(logits) / np.exp(logits).sum()
        np.testing.assert_allclose([row[f"probability:{name}"] for name in CLASSES], expected, atol=1e-4)
