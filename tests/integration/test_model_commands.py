"""`melanoma predict` and `melanoma evaluate`, as their users type them, on a tiny network in a run of its own."""

import json
import zipfile

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from melanoma.data.taxonomy import CLASSES
from tests.tiny_model import make_run, save_tiny_model, tiny_kernel

pytestmark = pytest.mark.xdist_group("model commands")
RUN = "20260101-000000-aaaaaaaa"
SEVEN = CLASSES[:7]


@pytest.fixture(scope="module")
def hospital(tmp_path_factory, make_reporting):
    """A home with a run of nine classes, and a folder of large images of seven, some of them known to the model."""
    command = make_reporting(tmp_path_factory.mktemp("hospital"))
    met = pd.DataFrame({"isic_id": ["ISIC_0000003"], "split": ["train"], "sha256": ["x"], "pixel_sha256": ["y"]})
    make_run(command.home, RUN, CLASSES, met)
    random = np.random.default_rng(6)
    for number in range(5 * len(SEVEN)):
        path = command.user / "images" / SEVEN[number % len(SEVEN)] / f"ISIC_{number:07d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (300, 200), tuple(random.integers(0, 256, 3).tolist())).save(path)
    (command.user / "images" / "rash").mkdir()
    Image.new("RGB", (300, 200)).save(command.user / "images" / "rash" / "ISIC_0000090.png")
    pd.DataFrame({"isic_id": ["ISIC_0000000"], "lesion_id": ["one"]}).to_csv(command.user / "table.csv", index=False)
    return command


def test_files_folders_and_archives_are_predicted_into_one_table(hospital):
    Image.new("RGB", (50, 40), (200, 30, 60)).save(hospital.user / "=one.png")
    (hospital.user / "cut.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    with zipfile.ZipFile(hospital.user / "more.zip", "w") as archive:
        archive.write(hospital.user / "=one.png", "in/side.png")
    answer = hospital(
        *("predict", "--model", RUN, "=one.png", "cut.jpg", "more.zip", "images"),
        *("--out", "p.csv", "--maps", "maps", "--json"),
    )
    assert answer.code == 0, answer.err
    said = json.loads(answer.out)
    table = pd.read_csv(hospital.user / "p.csv")
    assert table["image"].tolist()[:3] == [
        "'=one.png",
        "more.zip/in/side.png",
        "images/actinic keratosis/ISIC_0000000.png",
    ]
    raised = np.exp((np.array([200, 30, 60]) / 127.5 - 1) @ tiny_kernel(9).astype(float))
    for row in (0, 1):
        chances = table.loc[row, [f"probability:{name}" for name in CLASSES]].to_numpy(float)
        np.testing.assert_allclose(chances, raised / raised.sum(), atol=1e-5)
    assert (table["melanoma_decision"] == (table["melanoma_probability"] >= 0.25)).all()
    assert pd.read_csv(hospital.user / "p.failed.csv")["image"].tolist() == ["cut.jpg"]
    assert set(table["abstains_because"]) == {"poor picture: one tone all over", "poor picture: nearly black"}
    assert said["abstained"] == {"poor picture": 38}
    assert table["map"].tolist()[:2] == ["000001-_one.jpg", "000002-side.jpg"]
    assert {path.name for path in (hospital.user / "maps").iterdir()} == set(table["map"])
    assert (said["predicted"], said["failed"], said["statement"]) == (38, 1, "Research software, not a medical device.")


def test_seven_of_nine_classes_of_another_size_are_scored_and_what_was_done_is_said(hospital):
    answer = hospital(
        "evaluate", "--model", RUN, "--data", "images", "--metadata", "table.csv", "--set", "evaluate.resamples=100"
    )
    assert answer.code == 0, answer.err
    (folder,) = (path for path in (hospital.home / "runs").glob("*-*") if path.name != RUN)
    metrics = json.loads((folder / "metrics.json").read_text())
    rows = pd.read_parquet(folder / "predictions.parquet")
    recalls = rows.groupby("diagnosis")["predicted"].agg(lambda found: (found == found.name).mean())
    right = (rows["predicted"] == rows["diagnosis"]).groupby(rows["diagnosis"]).mean()
    figure = metrics["splits"]["external"]["metrics"]["balanced_accuracy"]
    assert len(recalls) == 7
    assert figure["value"] == pytest.approx(right.mean())
    low, high = figure["ci95"]
    line = f"balanced_accuracy{34:>28}{'':>8}  {figure['value']:>7.3f}  {low:.3f} to {high:.3f}"
    assert line in answer.out
    for words in (
        "34 of 36 labelled images scored",
        "rash: 1 images, left out: the model does not know it",
        "the set has no image of squamous cell carcinoma, vascular lesion; means are over the others",
        "1 images were there when the model was made (1 as the same ISIC id): left out",
        "melanoma from 0.2500 on, frozen on validation:",
        "  net_benefit_of_biopsying_all",
        "no number_needed_to_biopsy: no row that is called melanoma is one",
        "Research software, not a medical device.",
    ):
        assert words in answer.out, words
    assert (folder / "predictions.csv").exists()
    record = hospital.record(folder.name)
    assert record["status"] == "finished"
    assert record["model"]["model"] == RUN
    assert not (hospital.home / "runs/latest").exists()


def test_a_set_of_one_class_leaves_one_line_and_nothing_that_looks_finished(hospital, tmp_path):
    home = hospital.with_home(tmp_path / "home")
    save_tiny_model(hospital.user / "bare.keras", CLASSES)
    answer = home("evaluate", "--model", "bare.keras", "--data", "images/nevus", "--data", "images/melanoma")
    assert answer.code == 1
    assert answer.err.splitlines()[-1].startswith("melanoma: ")
    assert "Traceback" not in answer.err
    (folder,) = (home.home / "runs").glob("*-*")
    assert home.record(folder.name)["status"] == "failed"
    assert not (folder / "metrics.json").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["predict", "--model", "2027", "images", "--out", "p.csv"], 2, "run 2027: 0 runs match"),
        (["predict", "--model", "no.keras", "images", "--out", "p.csv"], 2, "no.keras: no such file or folder"),
        (["predict", "--model", "table.csv", "images", "--out", "p.csv"], 1, "table.csv: not a .keras file"),
        (["predict", "--model", RUN, "nowhere", "--out", "p.csv"], 2, "nowhere: no such folder or archive"),
        (["predict", "--model", RUN, "images", "--out", "no/p.csv"], 2, "not a file in a folder that exists"),
        (["predict", "--model", RUN, "images", "--out", "p.csv", "--format", "xml"], 2, "xml"),
        (["predict", "--model", RUN, "--out", "p.csv"], 2, "PATH"),
        (["predict", "--model", RUN, "images", "--out", "p.csv", "--maps", "images"], 2, "--maps images: not a new or"),
        (["export", RUN, "--out", "m.pb"], 2, "must end in .tflite (litert) or .onnx (onnx)"),
        (["export", RUN, "--out", "m.onnx", "--format", "litert"], 2, "must end in .tflite (litert); give such a name"),
        (["evaluate", "--model", RUN, "--data", "nowhere"], 2, "nowhere: no such folder or archive"),
        (["evaluate", "--model", "images", "--data", "images"], 2, "images: holds no run.json"),
        (["evaluate", "--model", RUN, "--data", "images", "--set", "ingest.size_px=9"], 2, "the model says how it"),
        (
            ["evaluate", "--model", RUN, "--data", "images", "--set", "evaluate.resample=9"],
            2,
            "did you mean resamples?",
        ),
        (["evaluate", "--data", "images"], 2, "--model"),
    ],
)
def test_a_wrong_command_ends_with_one_line_before_anything_is_started(hospital, arguments, code, words):
    answer = hospital(*arguments)
    assert answer.code == code
    assert len(answer.err.splitlines()) == 1
    assert words in answer.err


def test_help_says_what_each_option_does(hospital):
    for name, options in {
        "predict": ("--model", "--out", "--format", "--metadata", "--maps", "--json"),
        "export": ("--out", "--format", "--json"),
        "evaluate": ("--model", "--data", "--metadata"),
    }.items():
        answer = hospital(name, "--help")
        assert answer.code == 0
        assert "Exit codes" in answer.out
        assert [option for option in options if option not in answer.out] == []
