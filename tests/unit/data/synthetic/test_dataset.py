import hashlib
import json
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from melanoma.config.synthetic import SyntheticConfig
from melanoma.data.synthetic import dataset
from melanoma.data.synthetic.dataset import draw_dataset
from melanoma.data.synthetic.truth import SyntheticTruth, truth_path
from melanoma.errors import UsageError

CONFIG = SyntheticConfig(
    images=108, size_px=48, seed=5, exact_duplicates=3, label_conflicts=2, truncated_files=2, test_images_in_train=3
)
CLASSES = {
    "actinic keratosis",
    "basal cell carcinoma",
    "dermatofibroma",
    "melanoma",
    "nevus",
    "pigmented benign keratosis",
    "seborrheic keratosis",
    "squamous cell carcinoma",
    "vascular lesion",
}


@dataclass(frozen=True)
class Drawn:
    folder: Path
    truth: SyntheticTruth

    @property
    def pictures(self) -> dict[str, bytes]:
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in self.folder.rglob("*.jpg")}

    @property
    def table(self) -> pd.DataFrame:
        table = pd.read_csv(self.folder / "metadata.csv", dtype=str)
        places = {Path(name).stem: Path(name).parts[0] for name in self.pictures}
        return table.assign(split=table["isic_id"].map(places))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home") / "set"
    return Drawn(folder, draw_dataset(folder, CONFIG))


def content_of(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_number_of_workers_changes_no_byte(drawn, tmp_path):
    folder = tmp_path / "set"
    draw_dataset(folder, CONFIG.model_copy(update={"workers": 5}))
    assert content_of(folder) == content_of(drawn.folder)
    assert truth_path(folder).read_bytes() == truth_path(drawn.folder).read_bytes()


def test_an_empty_folder_is_filled_and_another_seed_fills_it_with_other_pictures(drawn, tmp_path):
    folder = tmp_path / "set"
    folder.mkdir()
    draw_dataset(folder, SyntheticConfig(images=72, size_px=48, seed=6))
    assert (folder / "metadata.csv").is_file()
    assert not set(content_of(folder).values()) & set(drawn.pictures.values())


def test_every_class_stands_in_train_and_in_test(drawn):
    folders = {Path(name).parent.as_posix() for name in drawn.pictures}
    assert folders == {f"{split}/{label}" for split in ("Train", "Test") for label in CLASSES}


def test_there_are_as_many_pictures_as_asked_for_and_the_planted_ones_on_top(drawn):
    assert len(drawn.pictures) == 108 + 3 + 2 + 2 + 3


def test_pictures_are_square_rgb_jpegs_and_only_the_truncated_ones_cannot_be_decoded(drawn):
    broken = set()
    for name in drawn.pictures:
        with Image.open(drawn.folder / name) as picture:
            assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (48, 48))
            try:
                picture.load()
            except OSError:
                broken.add(name)
    assert broken == {planted for _, planted in drawn.truth.truncated_files}
    assert len(broken) == 2


def test_the_files_with_equal_bytes_are_exactly_those_that_the_truth_lists(drawn):
    copies = defaultdict(set)
    for name, content in drawn.pictures.items():
        copies[hashlib.sha256(content).hexdigest()].add(name)
    found = {frozenset(names) for names in copies.values() if len(names) > 1}
    truth = drawn.truth
    assert found == {
        frozenset(pair) for pair in truth.exact_duplicates + truth.label_conflicts + truth.test_images_in_train
    }
    assert len(found) == 3 + 2 + 3


def test_each_kind_of_planted_file_stands_where_its_kind_says(drawn):
    def folders(pairs):
        return [tuple(Path(name).parts[:2] for name in pair) for pair in pairs]

    truth = drawn.truth
    assert all(source == planted and source[0] == "Train" for source, planted in folders(truth.exact_duplicates))
    assert all(a[0] == b[0] == "Train" and a[1] != b[1] for a, b in folders(truth.label_conflicts))
    assert all(a == ("Test", b[1]) and b[0] == "Train" for a, b in folders(truth.test_images_in_train))


@pytest.mark.parametrize("kinship", ["lesion_id", "patient_id"])
def test_train_and_test_share_no_lesion_and_no_patient_but_the_planted_ones(drawn, kinship):
    table = drawn.table.set_index("isic_id")
    planted = [Path(name).stem for _, name in drawn.truth.test_images_in_train]
    shared = table.groupby(kinship)["split"].nunique().loc[lambda splits: splits > 1]
    assert set(shared.index) == set(table.loc[planted, kinship])
    honest = table.drop(index=planted)
    assert honest.groupby(kinship)["split"].nunique().max() == 1


def test_the_metadata_has_one_row_for_each_file(drawn):
    header = (drawn.folder / "metadata.csv").read_text().splitlines()[0]
    assert header == "isic_id,lesion_id,patient_id,age_approx,sex,anatom_site_general,fitzpatrick_skin_type"
    assert sorted(drawn.table["isic_id"]) == sorted(Path(name).stem for name in drawn.pictures)


def test_the_truth_lists_every_missing_value(drawn):
    for column, ids in drawn.truth.missing_values.items():
        assert set(ids) == set(drawn.table.loc[drawn.table[column].isna(), "isic_id"])
    assert sum(map(len, drawn.truth.missing_values.values())) > 0
    assert drawn.table[["isic_id", "lesion_id", "patient_id"]].notna().all(axis=None)


def test_the_truth_counts_what_is_there(drawn):
    table = drawn.table
    assert drawn.truth.lesions == table["lesion_id"].nunique()
    assert drawn.truth.patients == table["patient_id"].nunique()
    for split, labels in drawn.truth.files.items():
        for label, count in labels.items():
            assert count == len(list((drawn.folder / split / label).glob("*.jpg")))


def test_the_truth_stands_beside_the_folder_and_says_what_was_returned(drawn):
    path = drawn.folder.parent / "set-truth.json"
    assert json.loads(path.read_text()) == json.loads(json.dumps(asdict(drawn.truth)))
    assert sorted(entry.name for entry in drawn.folder.iterdir()) == ["Test", "Train", "metadata.csv"]


def test_a_folder_that_holds_something_is_refused_and_left_as_it_is(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"^.*: stands there already and is not an empty folder; give a new folder"):
        draw_dataset(tmp_path, CONFIG)
    assert content_of(tmp_path) == {Path("mine.txt"): b"mine"}


def test_a_file_of_that_name_is_refused(tmp_path):
    (tmp_path / "set").write_text("mine")
    with pytest.raises(UsageError, match="stands there already"):
        draw_dataset(tmp_path / "set", CONFIG)


def test_another_sets_truth_is_not_overwritten(tmp_path):
    (tmp_path / "set-truth.json").write_text("{}")
    with pytest.raises(UsageError, match=r"set-truth.json: stands there already from another set; move it"):
        draw_dataset(tmp_path / "set", CONFIG)


def test_an_interrupted_drawing_leaves_nothing(tmp_path, monkeypatch):
    def stop(subject, size_px):
        raise KeyboardInterrupt

    monkeypatch.setattr(dataset, "encode_picture", stop)
    with pytest.raises(KeyboardInterrupt):
        draw_dataset(tmp_path / "set", CONFIG)
    assert list(tmp_path.iterdir()) == []
