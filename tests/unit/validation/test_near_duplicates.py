"""On drawn pictures: each planted form is found, nothing else is; and what the check makes of it."""

import importlib.util
from pathlib import Path

import pandas as pd
import pytest

from melanoma.config.synthetic import SyntheticConfig
from melanoma.config.validate import ValidateConfig
from melanoma.data.synthetic.dataset import draw_dataset
from melanoma.validation.audit import audit_images
from melanoma.validation.checks.near_duplicate import CHECK
from melanoma.validation.finding import Evidence
from melanoma.validation.near_duplicates import PAIR_COLUMNS, find_near_duplicates

PLANTED_TWINS = Path(__file__).with_name("planted_twins.py")
NONE_QUARANTINED = pd.DataFrame({"image_id": [], "kind": [], "reason": []}, dtype="object")


def load_planting():
    spec = importlib.util.spec_from_file_location("planted_twins", PLANTED_TWINS)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """One picture of each of 42 drawn lesions, and one form of each, in seven ways."""
    folder = tmp_path_factory.mktemp("planted") / "set"
    none = dict.fromkeys(("exact_duplicates", "label_conflicts", "truncated_files", "test_images_in_train"), 0)
    draw_dataset(folder, SyntheticConfig(images=72, size_px=180, **none))
    lesions = pd.read_csv(folder / "metadata.csv").set_index("isic_id")["lesion_id"]
    paths = pd.Series({path.stem: path for path in sorted(folder.rglob("*.jpg"))})
    return load_planting().Planted(list(paths.groupby(lesions[paths.index].to_numpy()).first())[:42])


@pytest.fixture(scope="module")
def pairs(planted):
    return find_near_duplicates(planted.manifest, planted.pixels)


def manifest_with(planted, manifest_of, **columns):
    table = planted.manifest
    given = {name: table[name].tolist() for name in table} | columns
    return manifest_of(**given)


def check(planted, manifest, **config):
    return CHECK.find(Evidence(manifest, NONE_QUARANTINED, pixels=planted.pixels), ValidateConfig(**config))


def test_every_planted_form_is_found_and_no_other_pair(planted, pairs):
    found = {frozenset(pair) for pair in zip(pairs["image_id"], pairs["other_id"], strict=True)}
    assert found == {frozenset(pair) for pair in planted.sources.items()}


def test_a_relation_is_told_in_words(planted, pairs):
    told = pairs.set_index("other_id")["relation"]
    for name, word in {"rotated": "rotated 90°", "mirrored": "mirrored", "turned": "turned by 5°"}.items():
        assert told[told.index.str.endswith(name)].str.contains(word).all()
    assert set(told[told.index.str.endswith("quality")]) == {"re-encoded"}


def test_pictures_without_a_copy_have_no_pair(planted):
    originals = planted.manifest[planted.manifest["image_id"].isin(planted.sources.values())]
    assert find_near_duplicates(originals, lambda rows: planted.pixels(originals.index[list(rows)])).empty


def test_identical_pictures_are_no_near_duplicates(planted):
    twice = pd.concat([planted.manifest.iloc[:1]] * 2).assign(image_id=["a", "b"])
    assert find_near_duplicates(twice, lambda rows: planted.pixels([0] * len(rows))).empty


def test_without_pixels_only_pairs_beyond_doubt_are_told(planted, pairs):
    by_hash = find_near_duplicates(planted.manifest, None)
    known = set(zip(pairs["image_id"], pairs["other_id"], strict=True))
    assert 0 < len(by_hash) < len(pairs)
    assert set(zip(by_hash["image_id"], by_hash["other_id"], strict=True)) <= known


def test_pictures_too_small_to_show_details_have_no_pair(planted):
    assert find_near_duplicates(planted.manifest, lambda rows: planted.pixels(rows)[:, ::3, ::3]).empty


def test_small_files_have_no_pair_however_they_are_enlarged(planted):
    assert find_near_duplicates(planted.manifest.assign(height=63), planted.pixels).empty


def test_without_hashes_there_are_no_pairs_but_the_columns(manifest_of):
    nothing = find_near_duplicates(manifest_of(image_id=["a", "b"]), None)
    assert (tuple(nothing.columns), len(nothing)) == (PAIR_COLUMNS, 0)


def test_merged_by_default_and_all_of_a_pair_are_named(planted, pairs, manifest_of):
    finding = check(planted, manifest_with(planted, manifest_of))
    assert (finding.action, finding.severity) == ("merge", "warning")
    assert set(finding.images) == set(pairs["image_id"]) | set(pairs["other_id"]) == set(finding.details)
    assert finding.pairs.equals(pairs)


def test_excluded_all_but_one_of_a_set_leave_and_a_test_image_stays(planted, manifest_of):
    ids = planted.manifest["image_id"]
    sides = ids.isin(planted.sources).map({True: "test", False: "train"}).tolist()
    finding = check(planted, manifest_with(planted, manifest_of, publisher_split=sides), near_duplicate="exclude")
    assert set(finding.excluded) == set(planted.sources.values())
    assert all("in train and test" in detail for detail in finding.details.values())


def test_two_diagnoses_of_one_picture_are_told(planted, manifest_of):
    names = planted.manifest["image_id"].isin(planted.sources).map({True: "melanoma", False: "nevus"}).tolist()
    finding = check(planted, manifest_with(planted, manifest_of, diagnosis=names))
    assert all("two diagnoses" in detail for detail in finding.details.values())


def test_the_audit_hands_on_pairs_unless_they_are_kept_apart_by_configuration(planted, pairs, manifest_of):
    evidence = Evidence(manifest_with(planted, manifest_of), NONE_QUARANTINED, pixels=planted.pixels)
    assert audit_images(evidence, ValidateConfig()).pairs.equals(pairs)
    assert audit_images(evidence, ValidateConfig(near_duplicate="keep")).pairs.empty
