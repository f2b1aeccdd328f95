import numpy as np
import pytest
from PIL import Image, ImageDraw

from melanoma.data.measures.appearance import COLUMNS, MEASURE, measure

SKIN, BROWN = (220, 175, 150), (110, 70, 45)


def skin(noise=4.0, seed=1):
    """A lesion in the middle of noisy skin, float64 [64, 64, 3]."""
    picture = np.broadcast_to(np.array(SKIN, dtype=float), (64, 64, 3)).copy()
    y, x = np.mgrid[:64, :64] - 31.5
    picture[np.hypot(x, y) < 14] = BROWN
    return picture + np.random.default_rng(seed).normal(0, noise, picture.shape)


def look(*pictures):
    """Measure pictures, given as numbers, and return one row, or the table of several."""
    table = measure(np.stack([np.clip(picture, 0, 255).round().astype(np.uint8) for picture in pictures]))
    return table.iloc[0] if len(pictures) == 1 else table


def uniform(*colour):
    return np.broadcast_to(np.array(colour, dtype=float), (64, 64, 3))


def test_each_declared_column_is_a_finite_number_for_each_picture():
    table = look(skin(), uniform(0, 0, 0), uniform(255, 255, 255))
    assert MEASURE.columns == COLUMNS == tuple(table.columns)
    assert np.isfinite(table.to_numpy()).all()
    assert set(table.dtypes) == {np.dtype("float32")}


def test_no_picture_is_a_table_without_rows():
    assert measure(np.zeros((0, 64, 64, 3), dtype=np.uint8)).shape == (0, len(COLUMNS))


def test_brightness_and_contrast_are_the_mean_and_deviation_of_the_luma():
    half = uniform(100, 100, 100).copy()
    half[:, 32:] = 200
    found = look(half)
    # half at 100 and half at 200: mean 150, every pixel 50 away from it
    assert (found["brightness"], found["contrast"]) == pytest.approx((150, 50), abs=1e-3)
    # one step of 100 among 63 across, none down: 100 / 63 / 2
    assert found["sharpness"] == pytest.approx(100 / 63 / 2, rel=1e-4)
    assert look(uniform(10, 20, 30))["brightness"] == pytest.approx(0.299 * 10 + 0.587 * 20 + 0.114 * 30, rel=1e-5)


def test_the_border_is_the_frame_and_not_the_lesion():
    picture = uniform(10, 20, 30).copy()
    picture[4:-4, 4:-4] = 255
    found = look(picture)
    assert found[["border_red", "border_green", "border_blue"]].tolist() == [10, 20, 30]


def test_a_round_field_of_view_has_dark_corners_and_a_dark_lesion_has_not():
    y, x = np.mgrid[:64, :64] - 31.5
    field = np.where((np.hypot(x, y) > 32)[..., None], 5, skin())
    lesion = np.where((np.hypot(x, y) < 26)[..., None], 5, skin())
    assert look(field)["dark_corners"] == 1
    assert look(lesion)["dark_corners"] == 0


def test_skin_in_a_round_field_is_skin_all_over():
    y, x = np.mgrid[:64, :64] - 31.5
    assert look(np.where((np.hypot(x, y) > 20)[..., None], 5, skin()))["skin_share"] == 1


def with_ruler(pitch, edge, darkness=0.2):
    picture = skin()
    for mark in np.arange(1, 63, pitch):
        picture[2:7, int(mark) : int(mark) + max(1, int(pitch / 3))] *= darkness
    return np.rot90(picture, edge)


@pytest.mark.parametrize("pitch", [3, 4, 5, 6, 8])
@pytest.mark.parametrize("edge", range(4))
def test_a_bold_ruler_is_seen_along_any_edge(pitch, edge):
    assert look(with_ruler(pitch, edge))["ruler_marks"] > 0.3


def test_skin_hair_and_a_straight_edge_are_no_ruler():
    random = np.random.default_rng(3)
    pictures = [skin(noise, seed) for noise in (0, 4, 12) for seed in range(20)]
    for seed in range(40):
        image = Image.fromarray(np.clip(skin(4, seed), 0, 255).astype(np.uint8))
        draw = ImageDraw.Draw(image)
        for _ in range(25):
            draw.line([tuple(point) for point in random.uniform(0, 64, (2, 2)).tolist()], fill=(30, 20, 15))
        pictures.append(np.asarray(image, dtype=float))
    edged = skin()
    edged[:5] = 10
    assert (look(*pictures, edged)["ruler_marks"] < 0.3).all()


def test_colour_shares_count_pixels():
    quarters = uniform(200, 150, 130).copy()  # skin above left
    quarters[:32, 32:] = (50, 120, 40)
    quarters[32:, :32] = (90, 90, 90)
    quarters[32:, 32:] = (20, 20, 20)  # not lit
    found = look(quarters)
    # a third of the three lit quarters; one green quarter; grey and black are without colour
    assert found[["skin_share", "green_share", "grey_share"]].tolist() == pytest.approx([1 / 3, 1 / 4, 1 / 2])


def test_a_drawing_is_plain_and_a_photograph_is_not():
    drawing = uniform(250, 250, 250).copy()
    drawing[20:40, 20:40] = (0, 90, 200)
    # of 2 * 63 * 64 pairs, the square's four sides of 20 differ
    assert look(drawing)["plain_share"] == pytest.approx(1 - 80 / (2 * 63 * 64), rel=1e-4)
    assert look(skin())["plain_share"] < 0.3


def test_what_is_black_is_not_plain():
    framed = np.zeros((64, 64, 3))
    framed[16:48, 16:48] = skin()[16:48, 16:48]
    assert look(framed)["plain_share"] < 0.3
