"""A model file says what it is, is equal for equal weights, and is read only if it can carry no code."""

import json
import shutil
import zipfile

import numpy as np
import pytest

from melanoma.errors import ModelError
from melanoma.training.model_info import STATEMENT, read_info
from tests.tiny_model import save_tiny_model, tiny_network

pytestmark = pytest.mark.xdist_group("tensorflow")
CLASSES = ("melanoma", "nevus", "=cmd()")


@pytest.fixture
def model_file(tmp_path):
    return save_tiny_model(tmp_path / "model.keras", CLASSES, fit="crop", training_data="a" * 64)


def _rewritten(path, change, compression=zipfile.ZIP_STORED):
    """Return a copy of a model file in which a function has changed the members' contents."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    other = path.with_name("other.keras")
    with zipfile.ZipFile(other, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return other


def _with_json(name, change):
    def apply(members):
        document = json.loads(members[name])
        change(document)
        members[name] = json.dumps(document).encode()

    return apply


def test_a_file_says_what_it_is_and_predicts_as_the_network_that_was_saved(model_file):
    from melanoma.training.model_file import load_model

    loaded = load_model(model_file)
    pictures = np.random.default_rng(1).integers(0, 256, (3, 32, 32, 3), dtype=np.uint8)
    assert loaded.info == read_info(model_file)
    assert (loaded.info.classes, loaded.info.size_px, loaded.info.fit) == (CLASSES, 32, "crop")
    assert (loaded.info.network, loaded.info.method, loaded.info.training_data) == ("tiny", "scratch", "a" * 64)
    assert loaded.info.statement == STATEMENT == "Research software, not a medical device."
    expected = tiny_network(CLASSES).predict(pictures, verbose=0)
    np.testing.assert_array_equal(loaded.network.predict(pictures, verbose=0), expected)


def test_equal_weights_and_records_are_equal_bytes_and_another_record_is_another_file(model_file, tmp_path):
    same = save_tiny_model(tmp_path / "same.keras", CLASSES, fit="crop", training_data="a" * 64)
    other = save_tiny_model(tmp_path / "other.keras", CLASSES, fit="squash", training_data="a" * 64)
    assert same.read_bytes() == model_file.read_bytes() != other.read_bytes()


def test_a_compiled_network_is_saved_without_its_optimizer(tmp_path):
    from melanoma.training.model_file import save_model
    from melanoma.training.model_info import ModelInfo

    info = ModelInfo(classes=CLASSES, size_px=32, fit="crop", network="tiny", method="scratch")
    network = tiny_network(CLASSES)
    save_model(network, tmp_path / "plain.keras", info)
    network.compile("adam", "mse")
    save_model(network, tmp_path / "compiled.keras", info)
    assert network.compiled
    assert (tmp_path / "compiled.keras").read_bytes() == (tmp_path / "plain.keras").read_bytes()


def test_what_a_later_version_adds_is_passed_over(model_file):
    added = _rewritten(model_file, _with_json("metadata.json", lambda m: m["melanoma"].update(newer=1)))
    assert read_info(added) == read_info(model_file)


def test_a_file_without_a_record_is_read_only_beside_its_classes(model_file, tmp_path):
    from melanoma.training.model_file import load_model

    bare = _rewritten(model_file, _with_json("metadata.json", lambda m: m.pop("melanoma")))
    with pytest.raises(ModelError, match=r"other\.keras: does not say which diagnoses .* no classes\.json beside it"):
        load_model(bare)
    (tmp_path / "classes.json").write_text(json.dumps(CLASSES))
    info = load_model(bare).info
    assert (info.classes, info.size_px, info.fit, info.network) == (CLASSES, 32, "squash", "tiny")


def test_a_file_of_before_metadata_takes_none(model_file):
    def as_before(record):
        for name in ("metadata", "metadata_encoding"):
            del record["melanoma"][name]

    assert read_info(_rewritten(model_file, _with_json("metadata.json", as_before))).metadata == ()


def test_a_file_says_which_metadata_it_takes_and_is_refused_where_they_would_mean_something_else(tmp_path):
    from melanoma.training.model_file import load_model

    path = save_tiny_model(tmp_path / "told.keras", CLASSES, metadata=("sex", "age_approx"))
    info = load_model(path).info
    assert (info.metadata, info.metadata_encoding) == (("sex", "age_approx"), 1)
    for change, words in (
        ({"metadata_encoding": 2}, "takes metadata in encoding 2, and this version of melanoma has encoding 1; use"),
        ({"metadata": ["sex", "dx_type"]}, "its record is not valid at metadata"),
        ({"metadata": ["sex"]}, r"its record says .*\(None, 3\).* its network is .*\(None, 5\)"),
        ({"metadata": []}, r"its record says .* its network is .*\(None, 5\)"),
    ):
        changed = _with_json("metadata.json", lambda record, change=change: record["melanoma"].update(change))
        with pytest.raises(ModelError, match=words):
            load_model(_rewritten(path, changed))


def test_a_file_that_is_no_model_or_holds_more_than_one_does_is_refused(model_file, tmp_path):
    (tmp_path / "text.keras").write_text("no archive")
    with pytest.raises(ModelError, match=r"text\.keras: not a \.keras file; give the model\.keras of a finished run"):
        read_info(tmp_path / "text.keras")
    with pytest.raises(ModelError, match=r"not a \.keras file"):
        read_info(tmp_path / "absent.keras")
    with pytest.raises(ModelError, match=r"holds code\.py out of place"):
        read_info(_rewritten(model_file, lambda members: members.update({"code.py": b""})))
    with pytest.raises(ModelError, match=r"its \S+ is not stored as we store it"):
        read_info(_rewritten(model_file, lambda members: None, zipfile.ZIP_DEFLATED))


def test_a_lambda_layer_is_refused_before_keras_reads_the_file(model_file):
    harm = {"module": "keras.layers", "class_name": "Lambda", "config": {}}
    harmed = _rewritten(model_file, _with_json("config.json", lambda c: c["config"]["layers"].append(harm)))
    with pytest.raises(ModelError, match=r"holds a Lambda layer, which carries code"):
        read_info(harmed)


def test_a_class_of_somebody_else_is_refused(model_file):
    harm = {"module": "os", "class_name": "system", "config": "true"}
    harmed = _rewritten(model_file, _with_json("config.json", lambda c: c["config"]["layers"].append(harm)))
    with pytest.raises(ModelError, match=r"needs os\.system, which is not part of this project"):
        read_info(harmed)


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("metadata.json", lambda m: m.update(melanoma={"classes": []}), "its record is not valid at classes"),
        ("metadata.json", lambda m: m.update(melanoma=7), "its record is not valid at its top"),
        ("metadata.json", lambda m: m["melanoma"].update(size_px=40), "its record says .*40.* its network is .*32"),
        ("metadata.json", lambda m: m["melanoma"].update(classes=["nevus"]), r"its record says .*\(None, 1\)"),
    ],
)
def test_a_record_that_does_not_fit_is_one_clear_line(model_file, name, change, words):
    from melanoma.training.model_file import load_model

    with pytest.raises(ModelError, match=words) as caught:
        load_model(_rewritten(model_file, _with_json(name, change)))
    assert len(str(caught.value).splitlines()) == 1


def test_members_that_cannot_be_read_are_one_clear_line(model_file):
    from melanoma.training.model_file import load_model

    with pytest.raises(ModelError, match=r"its config\.json is no JSON"):
        load_model(_rewritten(model_file, lambda members: members.update({"config.json": b"{"})))
    with pytest.raises(ModelError, match=r"its config\.json is no record"):
        load_model(_rewritten(model_file, lambda members: members.update({"config.json": b"[]"})))
    with pytest.raises(ModelError, match=r"other\.keras: cannot be read \(") as caught:
        load_model(_rewritten(model_file, lambda members: members.update({"model.weights.h5": b"cut"})))
    assert len(str(caught.value).splitlines()) == 1


def test_a_file_may_be_moved(model_file, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    moved = shutil.move(model_file, tmp_path / "elsewhere" / "m.keras")
    assert read_info(moved).classes == CLASSES
