"""Files are predicted as the network says, failures are listed, and no table is left where nothing was predicted."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from melanoma.data.measures.appearance import COLUMNS
from melanoma.errors import SourceError, UsageError
from melanoma.evaluation.unlikeness import describe_usual
from melanoma.stages.found_model import find_model
from melanoma.stages.predict_order import PredictOrder, check_order
from tests.tiny_model import make_run, metadata_kernel, save_tiny_model, tiny_kernel

pytestmark = pytest.mark.xdist_group("tensorflow")
CLASSES = ("melanoma", "nevus", "seborrheic keratosis")
COLOURS = [(200, 40, 40), (40, 200, 40), (40, 40, 200), (250, 250, 250)]


@pytest.fixture
def folder(tmp_path):
    """Four pictures of one colour each, and two files that are none."""
    folder = tmp_path / "set"
    folder.mkdir()
    for number, colour in enumerate(COLOURS):
        Image.new("RGB", (60, 45), colour).save(folder / f"ISIC_{number:07d}.png")
    (folder / "a.png").write_text("no picture")
    (folder / "z.jpg").write_bytes(b"\xff\xd8\xff")
    return folder


@pytest.fixture
def order(tmp_path, folder):
    make_run(tmp_path, "20260101-000000-aaaaaaaa", CLASSES, pd.DataFrame({"split": []}))
    return PredictOrder(find_model("20260101", tmp_path), (folder,), tmp_path / "p.csv")


def _expected():
    """Softmax of mean colour times kernel, by hand."""
    logits = (np.array(COLOURS) / 127.5 - 1) @ tiny_kernel(len(CLASSES)).astype(float)
    raised = np.exp(logits)
    return raised / raised.sum(axis=1, keepdims=True)


def _predict(order):
    from melanoma.stages.predict_files import predict_to_file

    told = []
    return predict_to_file(order, lambda text, share=None: told.append((text, share))), told


def test_each_readable_image_has_its_probabilities_and_each_other_one_a_reason(order, folder):
    done, told = _predict(order)
    table = pd.read_csv(order.out)
    chances = table[[f"probability:{name}" for name in CLASSES]].to_numpy()
    np.testing.assert_allclose(chances, _expected(), atol=1e-5)
    assert table["image"].tolist() == [f"{folder}/ISIC_{n:07d}.png" for n in range(4)]
    assert table["predicted"].tolist() == [CLASSES[code] for code in _expected().argmax(axis=1)]
    assert table["melanoma_decision"].tolist() == (_expected()[:, 0] >= 0.25).tolist()
    failed = pd.read_csv(order.failed)
    assert failed["image"].tolist() == [f"{folder}/a.png", f"{folder}/z.jpg"]
    assert failed["reason"].str.len().min() > 5
    assert (done["predicted"], done["failed"], done["failures"]) == (4, 2, str(order.failed))
    assert done["decision"]["melanomas"] == int(table["melanoma_decision"].sum())
    assert sum(done["by_class"].values()) == 4
    assert told == [("6 of 6 images", 1.0)]
    json.dumps(done)


def test_batches_change_nothing(order, monkeypatch):
    from melanoma.training import predict_files

    whole, _ = _predict(order)
    before = pd.read_csv(order.out)
    monkeypatch.setattr(predict_files, "BATCH", 2)
    again, _ = _predict(order)
    assert again == whole
    pd.testing.assert_frame_equal(pd.read_csv(order.out), before)


def test_json_and_the_challenges_form_hold_the_same_numbers(order, tmp_path):
    as_json = PredictOrder(order.model, order.paths, tmp_path / "p.json", "json")
    as_isic = PredictOrder(order.model, order.paths, tmp_path / "i.csv", "isic")
    _predict(as_json), _predict(as_isic)
    rows = json.loads(as_json.out.read_text())
    table = pd.read_csv(as_isic.out)
    assert table.columns.tolist() == ["image", "MEL", "NV", "BCC", "AK", "BKL", "DF", "VASC", "SCC", "UNK"]
    assert table["image"].tolist() == [f"ISIC_{n:07d}" for n in range(4)]
    expected = [row["probability:seborrheic keratosis"] for row in rows]
    np.testing.assert_allclose(table["BKL"], expected, atol=1e-8)
    np.testing.assert_allclose(table.drop(columns="image").sum(axis=1), 1, atol=1e-7)


def test_a_bare_file_decides_nothing_and_says_why(tmp_path, folder):
    path = save_tiny_model(tmp_path / "m.keras", CLASSES)
    done, _ = _predict(PredictOrder(find_model(str(path), tmp_path), (folder,), tmp_path / "p.csv"))
    assert done["decision"] == {"none_because": f"{path} is a file without a run"}
    assert "melanoma_decision" not in pd.read_csv(tmp_path / "p.csv")


def test_where_nothing_can_be_read_there_is_no_table_but_a_list(order, folder, tmp_path):
    bad = PredictOrder(order.model, (folder / "a.png", folder / "z.jpg"), tmp_path / "p.csv")
    with pytest.raises(SourceError, match=r"none of 2 images can be predicted: .*a\.png: not an image"):
        _predict(bad)
    assert not bad.out.exists()
    assert len(pd.read_csv(bad.failed)) == 2
    assert not list(tmp_path.glob(".*partial"))


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_an_image_for_which_the_model_gives_no_number_is_listed_and_not_predicted(order, folder, monkeypatch, wrong):
    from melanoma.models.forward import fast_forward
    from melanoma.stages import predict_files

    def white_is_lost(network):
        forward = fast_forward(network)
        return lambda inputs: np.where(inputs.min(axis=(1, 2, 3)) > 240, wrong, forward(inputs).T).T

    monkeypatch.setattr(predict_files, "fast_forward", white_is_lost)
    done, _ = _predict(order)
    assert (done["predicted"], done["failed"]) == (3, 3)
    reasons = pd.read_csv(order.failed).set_index("image")["reason"]
    reason = "the model's output is not a number; train it again, or give another model"
    assert reasons[str(folder / "ISIC_0000003.png")] == reason
    assert not pd.read_csv(order.out).isna().any(axis=None)
    white = PredictOrder(order.model, (folder / "ISIC_0000003.png",), order.out.with_name("white.csv"))
    with pytest.raises(SourceError, match=f"none of 1 images can be predicted: .*ISIC_0000003.png: {reason}"):
        _predict(white)
    assert not white.out.exists()


def test_a_list_of_failures_of_an_earlier_order_does_not_stay(order, folder, tmp_path):
    _predict(order)
    assert order.failed.exists()
    _predict(PredictOrder(order.model, (folder / "ISIC_0000000.png",), order.out))
    assert not order.failed.exists()


def test_an_order_that_cannot_be_carried_out_is_refused_at_once(order, folder, tmp_path):
    with pytest.raises(UsageError, match=r"--out .*nowhere/p\.csv: not a file in a folder that exists"):
        check_order(PredictOrder(order.model, order.paths, tmp_path / "nowhere" / "p.csv"))
    with pytest.raises(UsageError, match=r"--out .*set: not a file"):
        check_order(PredictOrder(order.model, order.paths, folder))
    twice = (folder, folder / "ISIC_0000001.png")
    with pytest.raises(UsageError, match=r"--format isic: two images have the id ISIC_0000001"):
        check_order(PredictOrder(order.model, twice, tmp_path / "p.csv", "isic"))


@pytest.fixture
def told_order(tmp_path, folder):
    """An order by a model that takes sex and age."""
    make_run(tmp_path, "20260102-000000-bbbbbbbb", CLASSES, pd.DataFrame({"split": []}), metadata=("sex", "age_approx"))
    return PredictOrder(find_model("20260102", tmp_path), (folder,), tmp_path / "t.csv")


def _chances(order):
    return pd.read_csv(order.out)[[f"probability:{name}" for name in CLASSES]].to_numpy()


def test_a_model_that_takes_metadata_is_told_what_a_table_says_of_each_image(told_order, tmp_path, monkeypatch):
    from melanoma.training import predict_files

    table = tmp_path / "people.csv"
    table.write_text("image_id,sex,age,dx_type\nISIC_0000002,Male,50,histo\nISIC_0000000,female,900,histo\n")
    # by hand: female, male, unknown; hundreds of years, known. 900 years are no age.
    encoded = np.array([[1, 0, 0, 0, 0], [0, 0, 1, 0, 0], [0, 1, 0, 0.5, 1], [0, 0, 1, 0, 0]])
    logits = np.log(_expected()) + encoded @ metadata_kernel(5, len(CLASSES)).astype(float)
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    order = replace(told_order, metadata=(table,))
    for batch in (64, 2):
        monkeypatch.setattr(predict_files, "BATCH", batch)
        done, _ = _predict(order)
        np.testing.assert_allclose(_chances(order), expected, atol=1e-5)
    assert done["metadata"] == [
        "2 of 6 images stand in the tables",
        "sex: unknown for 4 of 6 images",
        "age_approx: unknown for 5 of 6 images",
    ]


def test_without_a_table_all_is_unknown_and_that_is_said_in_one_line(told_order):
    done, _ = _predict(told_order)
    assert done["metadata"] == [
        "none given; sex, age_approx are unknown for all images; give --metadata to predict with them"
    ]
    nothing = np.array([[0, 0, 1, 0, 0]]) @ metadata_kernel(5, len(CLASSES)).astype(float)
    logits = np.log(_expected()) + nothing
    np.testing.assert_allclose(
        _chances(told_order), np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True), atol=1e-5
    )


def test_metadata_that_no_model_looks_at_or_that_are_not_there_are_refused_at_once(order, told_order, tmp_path):
    assert _predict(order)[0]["metadata"] == []
    (tmp_path / "people.csv").write_text("sex\nmale\n")
    with pytest.raises(UsageError, match=r"^--metadata .*people\.csv: 20260101\S+ looks at the images alone; leave it"):
        check_order(replace(order, metadata=(tmp_path / "people.csv",)))
    with pytest.raises(UsageError, match=r"^--metadata .*absent\.csv: no such table; give a CSV file with a column"):
        check_order(replace(told_order, metadata=(tmp_path / "absent.csv",)))
    with pytest.raises(SourceError, match=r"people\.csv: no column isic_id or image_id"):
        _predict(replace(told_order, metadata=(tmp_path / "people.csv",)))


def test_an_order_without_images_is_refused_at_once(order):
    with pytest.raises(UsageError, match=r"^images: none are named; give image files, folders or archives"):
        check_order(replace(order, paths=()))


@pytest.fixture
def ruled_order(order):
    """The same by a run that has also frozen prediction sets and what its pictures usually look like."""
    rules = dict(order.model.rules)
    least = {"melanoma": 0.2, "others": 0.02}
    rules["conformal"] = {"coverage": 0.9, "least_probability": least, "fitted_on": "calibration"}
    usual = describe_usual(np.random.default_rng(0).normal(0, 1, (50, len(COLUMNS))))
    rules["out_of_distribution"] = usual.to_json() | {
        "limit": 5.0,
        "false_alarms": 0.02,
        "learnt_on": "validation",
        "fitted_on": "calibration",
    }
    return replace(order, model=replace(order.model, rules=rules))


@pytest.fixture
def skin(tmp_path):
    """One picture of noisy skin beside one of a single tone."""
    folder = tmp_path / "clinic"
    folder.mkdir()
    tone = np.broadcast_to(np.array((215, 175, 155), np.uint8), (45, 60, 3))
    noise = np.random.default_rng(1).normal(0, 30, (45, 60, 1)).repeat(3, axis=2)
    Image.fromarray(tone).save(folder / "a_tone.png")
    Image.fromarray((tone + noise).clip(0, 255).astype(np.uint8)).save(folder / "b_skin.png")
    return folder


def test_a_set_holds_each_diagnosis_that_reaches_its_least_probability(ruled_order, tmp_path):
    _predict(ruled_order), _predict(replace(ruled_order, out=tmp_path / "p.json", form="json"))
    expected = [
        [name for name, chance in zip(CLASSES, row, strict=True) if chance >= (0.2 if name == "melanoma" else 0.02)]
        for row in _expected()
    ]
    assert [row["prediction_set"] for row in json.loads((tmp_path / "p.json").read_text())] == expected
    table = pd.read_csv(ruled_order.out, keep_default_na=False)
    assert table["prediction_set"].tolist() == ["; ".join(names) for names in expected]
    assert len({len(names) for names in expected}) > 1


def test_where_it_abstains_and_why_stands_beside_the_prediction_and_is_counted(ruled_order, skin):
    done, _ = _predict(replace(ruled_order, paths=(skin,)))
    table = pd.read_csv(ruled_order.out, keep_default_na=False)
    assert table["abstains"].tolist() == [True, True]
    tone, unlike = table["abstains_because"]
    assert tone == "poor picture: one tone all over"
    assert unlike.startswith("out of distribution: looks unlike the model's images, in ")
    assert done["abstained"] == {"poor picture": 1, "out of distribution": 1}
    assert done["out_of_distribution"]["limit"] == 5.0
    assert done["prediction_sets"] == {"coverage": 0.9, "fitted_on": "calibration"}
    json.dumps(done)


def test_a_run_that_froze_neither_says_so_and_still_tells_poor_pictures(order, skin, tmp_path):
    done, _ = _predict(replace(order, paths=(skin,), out=tmp_path / "p.json", form="json"))
    first, second = json.loads((tmp_path / "p.json").read_text())
    assert "prediction_set" not in first
    assert (first["abstains"], second["abstains"], second["abstains_because"]) == (True, False, None)
    missing = "the model's run has not frozen one; run it again"
    assert done["prediction_sets"] == {"none_because": missing}
    assert done["out_of_distribution"] == {"no_limit_because": missing}
    assert done["abstained"] == {"poor picture": 1}


def test_the_challenges_form_has_no_column_of_ours(ruled_order, tmp_path):
    done, _ = _predict(replace(ruled_order, out=tmp_path / "i.csv", form="isic"))
    columns = pd.read_csv(tmp_path / "i.csv").columns
    assert columns.tolist() == ["image", "MEL", "NV", "BCC", "AK", "BKL", "DF", "VASC", "SCC", "UNK"]
    assert done["abstained"] == {"poor picture": 4}


def test_each_image_has_a_heat_map_that_its_row_names(order, folder, tmp_path):
    done, _ = _predict(replace(order, maps=tmp_path / "maps"))
    table = pd.read_csv(order.out)
    assert table["map"].tolist() == [f"{n + 1:06d}-ISIC_{n:07d}.jpg" for n in range(4)]
    assert sorted(path.name for path in (tmp_path / "maps").iterdir()) == sorted(table["map"])
    with Image.open(tmp_path / "maps" / table["map"][0]) as drawn:
        assert (drawn.format, drawn.size) == ("JPEG", (320, 320))
    assert done["maps"] == str(tmp_path / "maps")
    assert not list(tmp_path.glob(".*partial"))


def test_without_maps_there_is_neither_column_nor_folder(order):
    done, _ = _predict(order)
    assert "map" not in pd.read_csv(order.out)
    assert done["maps"] is None


def test_maps_of_a_network_without_places_and_those_of_which_none_is_predicted_leave_nothing(
    order, folder, tmp_path, monkeypatch
):
    from melanoma.training import explanation

    with pytest.raises(SourceError):
        _predict(replace(order, paths=(folder / "a.png",), maps=tmp_path / "maps"))
    monkeypatch.setattr(explanation, "find_places", lambda network: [])
    with pytest.raises(UsageError, match=r"^--maps .*maps: The network tiny has no convolution .* Leave it out$"):
        _predict(replace(order, maps=tmp_path / "maps"))
    assert not list(tmp_path.glob("*maps*"))


def test_maps_go_into_a_new_or_empty_folder(order, tmp_path):
    (tmp_path / "maps").mkdir()
    check_order(replace(order, maps=tmp_path / "maps"))
    (tmp_path / "maps" / "old.jpg").touch()
    with pytest.raises(UsageError, match=r"^--maps .*maps: not a new or empty folder; name another one"):
        check_order(replace(order, maps=tmp_path / "maps"))
    with pytest.raises(UsageError, match=r"^--maps .*nowhere/maps: its parent is no folder that exists; make that"):
        check_order(replace(order, maps=tmp_path / "nowhere" / "maps"))
