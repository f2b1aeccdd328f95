"""What the generator can plant beside defects: harder patients, another camera, another class mix, wrong folders."""

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from melanoma.config.synthetic import SyntheticConfig
from melanoma.data.synthetic.camera import take_with_another
from melanoma.data.synthetic.dataset import draw_dataset
from melanoma.data.synthetic.frame import Frame, View
from melanoma.data.synthetic.lesion import Nature, draw_lesion
from melanoma.data.synthetic.picture import draw_picture
from melanoma.data.synthetic.plan import plan_pictures
from melanoma.data.synthetic.traits import DIAGNOSES
from melanoma.data.synthetic.truth import truth_path

PLAIN = SyntheticConfig(images=600, seed=4)
MEMBERS = {
    "female": lambda picture: picture.sex == "female",
    "male": lambda picture: picture.sex == "male",
    "under 50": lambda picture: picture.age_approx < 50,
    "50 and over": lambda picture: picture.age_approx >= 50,
}


def planted(**changes):
    return PLAIN.model_copy(update=changes)


def counts(pictures, split):
    return Counter(picture.label for picture in pictures if picture.split == split)


@pytest.mark.parametrize("group", MEMBERS)
def test_only_the_patients_of_the_harder_group_have_fading_lesions(group):
    for before, after in zip(plan_pictures(PLAIN), plan_pictures(planted(harder_group=group)), strict=True):
        share = 0.9 if MEMBERS[group](before) else 0
        assert after == replace(before, subject=replace(before.subject, fading=share))


def test_a_lesion_that_fades_wholly_leaves_bare_skin_and_half_of_it_half():
    subject = next(picture.subject for picture in plan_pictures(PLAIN) if picture.label == "nevus")
    frame = Frame(View(0.0, 0.3, (0.5, 0.5)), 64)
    tone = np.array([0.85, 0.68, 0.6], dtype=np.float32)
    whole, half, none = (draw_lesion(frame, Nature("nevus", subject.lesion_seed, f), tone) for f in (0, 0.5, 1))
    assert np.abs(none - tone).max() < 0.2
    assert (tone - whole[32, 32]).min() > 0.1
    np.testing.assert_allclose(half, (whole + none) / 2, atol=1e-5)


def test_only_test_pictures_are_taken_by_the_other_camera():
    pictures = plan_pictures(planted(test_camera=0.5))
    assert {(picture.split, picture.subject.camera) for picture in pictures} == {("Train", 0), ("Test", 0.5)}


def test_another_camera_has_less_light_a_cast_and_less_detail():
    subject = next(picture.subject for picture in plan_pictures(PLAIN) if picture.label == "melanoma")
    near, far = (draw_picture(replace(subject, camera=distance), 96) / 255 for distance in (0, 1))
    # gains (1 + cast) * (1 - 0.14): red 1.06 * 0.86, green 0.96 * 0.86, blue 0.74 * 0.86
    assert far.mean(axis=(0, 1)) / near.mean(axis=(0, 1)) == pytest.approx([0.912, 0.826, 0.636], abs=0.01)
    assert np.abs(np.diff(far, axis=0)).mean() < 0.6 * np.abs(np.diff(near, axis=0)).mean()


def test_the_usual_camera_leaves_a_picture_as_it_is():
    picture = np.random.default_rng(1).random((8, 8, 3), dtype=np.float32)
    assert take_with_another(picture, 0) is picture


def test_another_mix_has_more_of_the_rare_diagnoses_in_test_and_no_picture_more():
    before, after = (plan_pictures(config) for config in (PLAIN, planted(test_mix=1.0)))
    assert counts(after, "Test")["nevus"] < 0.2 * counts(before, "Test")["nevus"]
    assert counts(after, "Test")["dermatofibroma"] > 1.3 * counts(before, "Test")["dermatofibroma"]
    lesions = [sorted(picture.subject.lesion_seed for picture in plan) for plan in (before, after)]
    assert lesions[0] == lesions[1]
    assert set(counts(after, "Test")) == set(counts(after, "Train")) == set(DIAGNOSES)


def test_mislabelled_lesions_stand_in_a_mimics_folder_of_train_as_many_as_were_asked_for():
    before, after = (plan_pictures(config) for config in (PLAIN, planted(mislabelled_share=0.4)))
    moved = {new.lesion_id: new for old, new in zip(before, after, strict=True) if new != old}
    lesions = {picture.lesion_id: picture for picture in after if picture.split == "Train"}
    trained = Counter(lesion.subject.diagnosis for lesion in lesions.values())
    assert all(new.label in DIAGNOSES[new.subject.diagnosis].mimics for new in moved.values())
    assert {new.split for new in moved.values()} == {"Train"}
    assert Counter(new.subject.diagnosis for new in moved.values()) == {
        diagnosis: int(0.4 * count) for diagnosis, count in trained.items()
    }


def test_a_planted_lesion_is_seen_in_train_in_a_picture_of_its_own(tmp_path):
    truth = draw_dataset(tmp_path / "set", SyntheticConfig(images=108, size_px=48, test_lesions_in_train=3))
    owner = dict(line.split(",")[:2] for line in (tmp_path / "set/metadata.csv").read_text().splitlines()[1:])
    assert len(truth.test_lesions_in_train) == 3
    for source, view in truth.test_lesions_in_train:
        assert (source.split("/")[:2], view.split("/")[:2]) == (
            ["Test", view.split("/")[1]],
            ["Train", view.split("/")[1]],
        )
        assert owner[source[-16:-4]] == owner[view[-16:-4]]
        assert (tmp_path / "set" / source).read_bytes() != (tmp_path / "set" / view).read_bytes()


def test_the_truth_says_what_was_planted_and_nothing_where_nothing_was(tmp_path):
    everything = {"harder_group": "male", "test_camera": 0.5, "test_mix": 0.5, "mislabelled_share": 0.2}
    draw_dataset(tmp_path / "plain", SyntheticConfig(images=72, size_px=48))
    draw_dataset(tmp_path / "set", SyntheticConfig(images=72, size_px=48, **everything))
    plain, full = (json.loads(truth_path(tmp_path / name).read_text()) for name in ("plain", "set"))
    assert (plain["effects"], plain["mislabelled"]) == ({}, [])
    assert set(full["effects"]) == set(everything)
    men = {line[:12] for line in (tmp_path / "set/metadata.csv").read_text().splitlines() if ",male," in line}
    assert men <= {name[-16:-4] for name in full["effects"]["harder_group"]["files"]}
    assert full["mislabelled"]
    assert all(name.startswith("Train/") for name in full["mislabelled"])
