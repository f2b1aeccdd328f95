import json

import numpy as np
import pytest

from melanoma.config.ingest import IngestConfig
from melanoma.config.synthetic import SyntheticConfig
from melanoma.config.validate import ValidateConfig
from melanoma.data.manifest import assemble
from melanoma.data.recognise import read_set
from melanoma.data.shards import plan_shards, write_shard
from melanoma.data.sources import list_sources
from melanoma.data.synthetic.dataset import draw_dataset
from melanoma.validation.checks import source_confound
from melanoma.validation.checks.source_confound import CHECK
from melanoma.validation.finding import Evidence

LABELS = 40
DIAGNOSES = ["melanoma", "nevus", "vascular lesion"]


def find(manifest, seed=1, **config):
    return CHECK.find(Evidence(manifest, manifest.iloc[:0], seed=seed), ValidateConfig(**config))


def lottery(manifest_of, count=240, seed=1, diagnoses=3):
    """Circumstances that vary as they do between cameras, and diagnoses that have nothing to do with them."""
    random = np.random.default_rng(seed)
    lesion = random.integers(0, count, count)
    diagnosis = random.choice(DIAGNOSES[:diagnoses], count)[lesion]
    sizes = random.choice([[600, 450], [1024, 768], [640, 480]], count)
    rows = manifest_of(
        image_id=[f"{number:04d}" for number in range(count)],
        diagnosis=diagnosis,
        width=sizes[:, 0],
        height=sizes[:, 1],
        file_bytes=random.integers(20_000, 90_000, count),
        lesion_id=[f"L{number}" for number in lesion],
    )
    return rows.assign(
        jpeg_tables=random.choice(["a", "b"], count),
        border_red=random.normal(200, 20, count),
        dark_corners=random.uniform(0, 1, count),
        ruler_marks=random.uniform(0, 1, count),
    )


PLANTS = {
    "image size": lambda rows, melanoma: rows.assign(width=rows["width"].where(~melanoma, 900)),
    "JPEG tables": lambda rows, melanoma: rows.assign(jpeg_tables=rows["jpeg_tables"].where(~melanoma, "c")),
    "source collection": lambda rows, melanoma: rows.assign(attribution=np.where(melanoma, "a clinic", None)),
    "dark corners": lambda rows, melanoma: rows.assign(dark_corners=rows["dark_corners"].where(~melanoma, 1.5)),
    "border colour": lambda rows, melanoma: rows.assign(border_red=rows["border_red"].where(~melanoma, 90)),
    "file size": lambda rows, melanoma: rows.assign(file_bytes=rows["file_bytes"].where(~melanoma, 9000)),
}


@pytest.mark.parametrize("plant", PLANTS)
def test_melanomas_that_differ_in_one_circumstance_are_found_with_what_gives_them_away(plant, manifest_of):
    rows = lottery(manifest_of)
    melanoma = rows["diagnosis"] == "melanoma"
    finding = find(PLANTS[plant](rows, melanoma))
    assert set(finding.images) == set(rows.loc[melanoma, "image_id"])
    assert (finding.severity, finding.action, finding.excluded) == ("warning", "keep", ())
    assert finding.figures["strongest"][0]["property"] == plant
    assert "melanoma is named" in finding.details[finding.images[0]]


def test_figures_are_json_with_an_interval_beside_chance(manifest_of):
    figures = json.loads(json.dumps(find(lottery(manifest_of)).figures, allow_nan=False))
    accuracy = figures["balanced_accuracy"]
    assert set(accuracy) == {"value", "ci95", "n", "method"}
    assert accuracy["ci95"][0] <= accuracy["value"] <= accuracy["ci95"][1]
    assert (accuracy["n"], figures["chance"], figures["classes_left_out"]) == (240, 1 / 3, [])
    assert [row["diagnosis"] for row in figures["classes"]] == ["melanoma", "nevus", "vascular lesion"]
    assert figures["instrument"]["properties"] == ["image size", "JPEG tables", "dark corners", "ruler marks"]


def test_of_many_sets_whose_labels_are_drawn_by_lot_at_most_one_has_a_finding(manifest_of):
    found = [find(lottery(manifest_of, 80, seed, 2), seed).images for seed in range(LABELS)]
    assert sum(bool(images) for images in found) <= 1


def test_images_of_one_lesion_do_not_pass_for_evidence(manifest_of):
    # Twelve lesions per diagnosis, twenty images each, a width per lesion: every lesion is known, no diagnosis is.
    random = np.random.default_rng(4)
    lesion = np.repeat(np.arange(24), 20)
    rows = lottery(manifest_of, 480).assign(
        lesion_id=[f"L{number}" for number in lesion],
        diagnosis=np.array(["melanoma", "nevus"])[random.permutation(np.arange(24) % 2)[lesion]],
        width=random.permutation(np.arange(24))[lesion] + 600,
    )
    assert find(rows).images == ()


def test_a_diagnosis_of_few_lesions_is_left_out_and_said(manifest_of):
    rows = lottery(manifest_of)
    rows.loc[:8, ["diagnosis", "width"]] = ["melanocytoma", 7]
    finding = find(rows)
    assert finding.images == ()
    assert finding.figures["classes_left_out"] == ["melanocytoma"]


def test_the_published_split_gives_nothing_away(manifest_of):
    rows = lottery(manifest_of)
    split = np.where(rows["diagnosis"] == "melanoma", "test", "train")
    assert find(rows.assign(publisher_split=split)).figures == find(rows).figures


def test_the_order_of_the_rows_changes_nothing_and_the_seed_decides(manifest_of):
    rows = lottery(manifest_of)
    shuffled = rows.sample(frac=1, random_state=3)
    assert find(shuffled).figures == find(rows).figures
    assert find(rows, seed=2).figures != find(rows).figures


def test_a_large_set_is_sampled_evenly_and_said(manifest_of, monkeypatch):
    monkeypatch.setattr(source_confound, "_MOST_IMAGES", 120)
    accuracy = find(lottery(manifest_of)).figures["balanced_accuracy"]
    assert accuracy["n"] == 120
    assert "on 120 of 240 images" in accuracy["method"]


def test_the_margin_and_the_action_are_those_of_the_configuration(manifest_of):
    rows = lottery(manifest_of)
    part = (rows["diagnosis"] == "melanoma") & (rows.index % 4 != 0)
    planted = rows.assign(width=rows["width"].where(~part, 900))
    assert find(planted, source_confound="fail").action == "fail"
    assert find(planted).images
    assert find(planted, confound_margin=0.9).images == ()


# Drawn and real sets ------------------------------------------------------------------------------


def manifest_of_folder(root, folder, every=1):
    sources = list_sources([root])
    plans = plan_shards(sources.images[::every], 20_000)
    folder.mkdir()
    write_shard(plans[0], IngestConfig(size_px=64), folder)
    return assemble(sources, read_set(sources).labels, [folder]).manifest


def test_a_drawn_set_gives_nothing_away_until_its_melanomas_come_from_another_camera(tmp_path):
    draw_dataset(tmp_path / "set", SyntheticConfig(images=360, size_px=64, label_conflicts=0, truncated_files=0))
    manifest = manifest_of_folder(tmp_path / "set", tmp_path / "shard")
    assert find(manifest).images == ()
    melanoma = manifest["diagnosis"] == "melanoma"
    planted = manifest.assign(width=manifest["width"].where(~melanoma, 96))
    assert set(find(planted).images) == set(manifest.loc[melanoma, "image_id"])


def test_real_sets_give_less_away_than_the_margin_and_a_planted_camera_all(shared_data, tmp_path):
    manifest = manifest_of_folder(shared_data / "ham10000", tmp_path / "shard", every=4)
    clean = find(manifest)
    assert clean.images == ()
    assert clean.figures["balanced_accuracy"]["ci95"][0] > clean.figures["chance"]  # the border shows skin
    melanoma = manifest["diagnosis"] == "melanoma"
    planted = find(manifest.assign(width=manifest["width"].where(~melanoma, 640)))
    assert set(planted.images) >= set(manifest.loc[melanoma, "image_id"])
