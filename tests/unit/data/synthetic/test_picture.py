import io
import math

import numpy as np
import pytest
from PIL import Image

from melanoma.data.synthetic.frame import Frame, View, draw_view
from melanoma.data.synthetic.lesion import BROWN, RED, STRUCTURES, Nature, draw_lesion
from melanoma.data.synthetic.nuisance import NUISANCES, light, sensor
from melanoma.data.synthetic.outline import Scene, border_depth
from melanoma.data.synthetic.picture import Subject, draw_picture, encode_picture
from melanoma.data.synthetic.skin import skin_tone, skin_type
from melanoma.data.synthetic.strokes import curves, disks
from melanoma.data.synthetic.texture import blob, cloud, points_within, rise
from melanoma.data.synthetic.traits import DIAGNOSES, TRAIT_NAMES

SIZE = 64
TONE = np.array([0.85, 0.68, 0.6], dtype=np.float32)
PAINTS = {**BROWN, **RED, **{name: structure.paint for name, structure in STRUCTURES.items()}}


def rng(seed=0):
    return np.random.default_rng(seed)


def frame(rotation_rad=0.0, radius_share=0.3, size_px=SIZE):
    return Frame(View(rotation_rad, radius_share, (0.5, 0.5)), size_px)


def round_scene():
    depth = 1 - np.hypot(frame().u, frame().v)
    return Scene(frame(), depth, rise(depth, -0.1, 0.1))


def test_to_pixels_undoes_the_frames_coordinates():
    turned = Frame(View(0.7, 0.25, (0.45, 0.6)), SIZE)
    row, column = 12, 40
    point = np.array([[turned.u[row, column], turned.v[row, column]]], dtype=np.float64)
    assert turned.to_pixels(point) == pytest.approx(np.array([[column + 0.5, row + 0.5]]), abs=1e-3)


def test_the_reach_is_the_farthest_pixels_distance_from_the_lesions_centre():
    off_centre = Frame(View(0.4, 0.2, (0.4, 0.55)), SIZE)
    farthest = np.hypot(off_centre.u, off_centre.v).max()
    assert farthest < off_centre.reach < farthest + 1.5 / off_centre.radius_px


@pytest.mark.parametrize("diagnosis", DIAGNOSES)
def test_a_quarter_turn_of_the_camera_turns_the_same_lesion(diagnosis):
    straight = draw_lesion(frame(), Nature(diagnosis, 11), TONE)
    turned = draw_lesion(frame(math.pi / 2), Nature(diagnosis, 11), TONE)
    assert np.abs(np.rot90(straight, -1) - turned).mean() < 0.004
    assert np.abs(straight - turned).mean() > 0.01


def test_a_closer_view_shows_the_same_lesion_larger():
    far = draw_lesion(frame(radius_share=0.2), Nature("nevus", 4), TONE)
    near = draw_lesion(frame(radius_share=0.4, size_px=2 * SIZE), Nature("nevus", 4), TONE)
    shrunk = near.reshape(SIZE, 2, SIZE, 2, 3).mean(axis=(1, 3))
    middle = slice(SIZE // 4, 3 * SIZE // 4)  # near's radius is 0.4 * 128 px, twice as wide as far's 0.2 * 64 px
    enlarged = np.kron(far[middle, middle], np.ones((2, 2, 1)))
    assert np.abs(shrunk - enlarged).mean() < 0.03


def test_a_cloud_has_the_stated_spread_and_sticks_to_the_lesion():
    wide = cloud(frame(radius_share=0.05), 1.0, rng(3))
    assert wide.dtype == np.float32
    assert wide.mean() == pytest.approx(0, abs=0.2)
    assert wide.std() == pytest.approx(1, abs=0.15)
    assert cloud(frame(math.pi), 1.0, rng(3)) == pytest.approx(cloud(frame(), 1.0, rng(3))[::-1, ::-1], abs=1e-3)


def test_rise_is_flat_outside_and_half_way_up_in_the_middle():
    values = np.array([-1, 0, 0.5, 1, 2], dtype=np.float32)
    assert rise(values, 0, 1).tolist() == [0, 0, 0.5, 1, 1]


def test_a_disk_covers_its_area():
    covered = disks(frame(), np.array([[0.0, 0.0]]), np.array([0.5])).sum()
    assert covered == pytest.approx(math.pi * (0.5 * 0.3 * SIZE) ** 2, rel=0.05)


def test_a_curve_covers_its_length_times_its_width():
    covered = curves(60, [(np.array([[10.0, 30.0], [50.0, 30.0]]), 4.0)]).sum()
    assert covered == pytest.approx(40 * 4, rel=0.1)


def test_a_blob_is_full_in_its_centre_and_empty_far_away():
    spot = blob(frame(), (0.0, 0.0), 0.5, rng())
    assert spot[SIZE // 2, SIZE // 2] == pytest.approx(1)
    assert spot[0, 0] == 0


def test_points_within_fill_the_disc_evenly():
    distances = np.hypot(*points_within(4000, 0.8, rng()).T)
    assert distances.max() <= 0.8
    assert np.mean(distances < 0.4) == pytest.approx(0.25, abs=0.03)  # (0.4 / 0.8) squared


def test_an_outline_without_distortion_is_a_near_ellipse_and_distortion_adds_to_it():
    smooth = border_depth(frame(), 0, 0, rng(1)) > 0
    rough = border_depth(frame(), 0.2, 0.15, rng(1)) > 0
    assert np.mean(smooth != smooth[::-1, ::-1]) == 0
    assert np.mean(rough != rough[::-1, ::-1]) > 0.02


def test_every_trait_is_drawn_by_one_function_or_shapes_the_outline():
    assert set(PAINTS) | {"asymmetry", "irregularity", "edge"} == set(TRAIT_NAMES)
    assert len(PAINTS) == len(BROWN) + len(RED) + len(STRUCTURES)


@pytest.mark.parametrize("trait", PAINTS)
def test_a_trait_shows_within_the_lesion_and_not_far_outside(trait):
    painted = PAINTS[trait](round_scene(), 0.8, rng(2))
    assert (painted.shape, painted.dtype) == ((SIZE, SIZE), np.float32)
    distance = np.hypot(frame().u, frame().v)
    assert np.abs(painted[distance < 1.2]).max() > 0.1
    assert np.abs(painted[distance > 1.6]).max(initial=0) < 1e-6


@pytest.mark.parametrize("trait", STRUCTURES)
@pytest.mark.parametrize("strength", [0.2, 1.0])
def test_an_opacity_stays_between_none_and_full(trait, strength):
    painted = STRUCTURES[trait].paint(round_scene(), strength, rng(7))
    assert 0 <= painted.min() <= painted.max() <= 1


@pytest.mark.parametrize("name", NUISANCES)
def test_a_nuisance_returns_a_new_picture_of_the_same_shape(name):
    before = np.full((SIZE, SIZE, 3), 0.5, dtype=np.float32)
    changed = [NUISANCES[name](before, rng(seed)) for seed in range(40)]
    assert {(after.shape, after.dtype) for after in changed} == {((SIZE, SIZE, 3), np.dtype(np.float32))}
    assert any((after != 0.5).any() for after in changed)
    assert (before == 0.5).all()


def test_light_keeps_to_the_stated_gain():
    white = np.ones((SIZE, SIZE, 3), dtype=np.float32)
    means = np.array([light(white, rng(seed)).mean() for seed in range(200)])
    assert means.mean() == pytest.approx((0.85 + 1.1) / 2, abs=0.02)


def test_sensor_noise_keeps_to_the_stated_spread():
    grey = np.full((SIZE, SIZE, 3), 0.5, dtype=np.float32)
    spreads = [float(sensor(grey, rng(seed)).std()) for seed in range(50)]
    assert 0.0028 < min(spreads) < max(spreads) < 0.0155


def test_a_view_keeps_the_lesion_in_the_picture():
    for seed in range(200):
        view = draw_view(0.3, rng(seed))
        assert 0.3 * 0.8 <= view.radius_share <= 0.3 * 1.25
        assert all(0.25 < share < 0.75 for share in view.centre_share)


def test_skin_tones_vary_within_what_can_be_shown():
    tones = np.array([skin_tone(rng(seed)) for seed in range(300)])
    assert 0 < tones.min() < tones.max() < 1
    assert np.ptp(tones.mean(axis=1)) > 0.2
    assert (tones[:, 0] > tones[:, 2]).all()


def test_a_later_skin_type_is_a_darker_skin():
    tones = {name: [] for name in ("I", "II", "III", "IV", "V", "VI")}
    for seed in range(300):
        tones[skin_type(rng(seed))].append(skin_tone(rng(seed)).mean())
    means = [np.mean(levels) for levels in tones.values()]
    assert means == sorted(means, reverse=True)
    assert len(tones["II"]) > len(tones["V"]) > 0


@pytest.mark.parametrize("size_px", [48, 96, 600])
def test_pictures_have_the_asked_size_and_the_same_subject_gives_the_same_bytes(size_px):
    subject = Subject("melanoma", 1, 2, 3)
    content = encode_picture(subject, size_px)
    assert content == encode_picture(subject, size_px)
    with Image.open(io.BytesIO(content)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (size_px, size_px))


def test_another_view_of_a_lesion_is_another_picture():
    one, other = (draw_picture(Subject("nevus", 1, 2, view), SIZE) for view in (3, 4))
    assert (one != other).any()


def middle_colour(diagnosis):
    """Mean sRGB of the middle ninth over 30 lesions on the same skin, float (3,)."""
    third = slice(SIZE // 3, 2 * SIZE // 3)
    pictures = [draw_lesion(frame(), Nature(diagnosis, seed), TONE)[third, third] for seed in range(30)]
    return np.mean(pictures, axis=(0, 1, 2))


def test_colours_follow_the_diagnosis():
    melanoma, nevus, carcinoma, fibroma, vascular = (
        middle_colour(name)
        for name in ("melanoma", "nevus", "squamous cell carcinoma", "dermatofibroma", "vascular lesion")
    )
    assert melanoma.mean() < nevus.mean() < fibroma.mean()
    assert vascular[0] - vascular[1] > carcinoma[0] - carcinoma[1] > 0
    assert melanoma[2] / melanoma.sum() > nevus[2] / nevus.sum()  # the blue-white veil
