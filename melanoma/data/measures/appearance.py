"""How a picture looks as a whole: its light, its border, what the instrument left in it, and whether it shows skin.

All of it is read from the thumbnail, the whole picture brought to 64 x 64 pixels. Turning or mirroring a picture
changes nothing. Grey levels are 0 to 255, luma after ITU-R BT.601.

| column | what | unit |
|---|---|---|
| brightness, contrast | mean and standard deviation of the luma | grey levels |
| sharpness | mean absolute difference of neighbouring pixels | grey levels |
| border_red, border_green, border_blue | mean colour of a frame 4 pixels wide | grey levels |
| dark_corners | black share outside the ellipse of 1.2 times the half sides: what a round field leaves dark | [0, 1] |
| ruler_marks | how regular and strong dark and light alternate along one edge | [0, 1] |
| skin_share | share of the lit pixels in which red leads, as in skin and most lesions | [0, 1] |
| grey_share | share of pixels without colour | [0, 1] |
| green_share | share of pixels in which green leads | [0, 1] |
| plain_share | share of neighbours, not both black, that are equal: cameras leave few, drawings many | [0, 1] |

Limits. A lesion that reaches the frame colours the border. A cast of the white balance takes skin_share away. Marks
count from about 2 to 8 thumbnail pixels apart, so that a bold ruler is seen and a fine printed scale bar is not.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from melanoma.data.measure import THUMBNAIL_PX, Measure, Thumbnails

Floats = NDArray[np.float32]
Columns = dict[str, Floats]

COLUMNS = (
    "brightness",
    "contrast",
    "sharpness",
    "border_red",
    "border_green",
    "border_blue",
    "dark_corners",
    "ruler_marks",
    "skin_share",
    "grey_share",
    "green_share",
    "plain_share",
)
_BATCH = 32  # the intermediate results, some 100 KiB per picture, stay in a core's cache
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)
_BLACK = 32
_EQUAL = 0.75  # grey levels: less than the noise that a camera leaves in the mean of some pixels
_SKIN_LEAD, _GREEN_LEAD, _COLOURLESS = 5, 8, 12  # grey levels between channels
_FRAME_PX = 4
_FIELD = 1.2


def measure(thumbnails: Thumbnails) -> pd.DataFrame:
    """Measure how pictures look.

    Args:
        thumbnails: uint8, [n, 64, 64, 3], sRGB.

    Returns:
        n rows of float32, the columns of `COLUMNS`.
    """
    starts = range(0, len(thumbnails), _BATCH)
    parts = [_measure_batch(thumbnails[start : start + _BATCH]) for start in starts]
    nothing = np.zeros((0, len(COLUMNS)), dtype=np.float32)
    return pd.DataFrame(np.concatenate([nothing, *parts]), columns=list(COLUMNS))


def _measure_batch(thumbnails: Thumbnails) -> Floats:
    """Return float32 [n, columns]."""
    luma = thumbnails.astype(np.float32) @ _LUMA
    measured = {
        "brightness": luma.mean(axis=(1, 2)),
        "contrast": luma.std(axis=(1, 2)),
        "ruler_marks": _ruler_marks(luma),
        **_neighbours(luma),
        **_surround(thumbnails, luma),
        **_colours(thumbnails, luma),
    }
    return np.stack([measured[name] for name in COLUMNS], axis=1).astype(np.float32)


def _neighbours(luma: Floats) -> Columns:
    """Compare each pixel with the next one, across and down."""
    lit = luma >= _BLACK
    pairs = [
        (np.abs(luma[:, 1:] - luma[:, :-1]), lit[:, 1:] | lit[:, :-1]),
        (np.abs(luma[:, :, 1:] - luma[:, :, :-1]), lit[:, :, 1:] | lit[:, :, :-1]),
    ]
    equal = sum(((steps < _EQUAL) & seen).sum(axis=(1, 2)) for steps, seen in pairs)
    seen = sum(seen.sum(axis=(1, 2)) for _, seen in pairs)
    sharpness = sum(steps.mean(axis=(1, 2)) for steps, _ in pairs) / len(pairs)
    return {"plain_share": equal / np.maximum(seen, 1), "sharpness": sharpness}


def _surround(thumbnails: Thumbnails, luma: Floats) -> Columns:
    place = np.abs(np.linspace(-1, 1, THUMBNAIL_PX))
    corners = np.hypot(*np.meshgrid(place, place)) > _FIELD
    frame = np.ones((THUMBNAIL_PX, THUMBNAIL_PX), dtype=bool)
    frame[_FRAME_PX:-_FRAME_PX, _FRAME_PX:-_FRAME_PX] = False
    red, green, blue = thumbnails[:, frame].mean(axis=1).T
    dark = (luma[:, corners] < _BLACK).mean(axis=1)
    return {"border_red": red, "border_green": green, "border_blue": blue, "dark_corners": dark}


def _colours(thumbnails: Thumbnails, luma: Floats) -> Columns:
    red, green, blue = np.ascontiguousarray(np.moveaxis(thumbnails, -1, 0)).astype(np.int16)  # planes compare faster
    lit = luma >= _BLACK
    skin = (red > green) & (red > blue + _SKIN_LEAD) & lit
    foliage = (green > red + _GREEN_LEAD) & (green > blue + _GREEN_LEAD)
    spread = np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)
    return {
        "skin_share": skin.sum(axis=(1, 2)) / np.maximum(lit.sum(axis=(1, 2)), 1),
        "green_share": foliage.mean(axis=(1, 2)),
        "grey_share": (spread < _COLOURLESS).mean(axis=(1, 2)),
    }


# Ruler marks: along each of the four edges, in five strips 2 pixels deep, the spectrum of the luma.
_STRIP_PX, _STRIPS = 2, 5
_WINDOW = np.hanning(THUMBNAIL_PX).astype(np.float32)
_FINE = 5  # waves per side; slower ones are lesion and light
_SLOWEST, _FASTEST = 7, 30  # waves per side that a ruler's marks may make
_FINEST = THUMBNAIL_PX // 2 - 1  # the last wave with a neighbour on either side
_FAINT = 6.0  # grey levels: the amplitude at which regular marks count half
_TEXTURE = 0.72  # what hair and skin reach by chance in one picture of a hundred


def _ruler_marks(luma: Floats) -> Floats:
    """Score the strongest regular alternation along an edge: 0 for texture, 1 for a bold ruler.

    The score is the share of the fine structure's power that one wave and its first harmonic hold, each with the
    neighbouring frequencies into which the window spreads it.
    """
    power = np.abs(np.fft.rfft(_edge_profiles(luma) * _WINDOW, axis=-1)) ** 2
    peaks = power[..., :-2] + power[..., 1:-1] + power[..., 2:]  # peaks[k] is about wave k + 1
    waves = np.arange(_SLOWEST, _FASTEST)
    harmonics = np.minimum(2 * waves[2 * waves <= THUMBNAIL_PX // 2], _FINEST)
    strength = peaks[..., waves - 1]
    strength[..., : len(harmonics)] += peaks[..., harmonics - 1]
    faint = _FAINT**2 / 4 * THUMBNAIL_PX * np.square(_WINDOW).sum()
    share = (strength.max(axis=-1) / (power[..., _FINE:].sum(axis=-1) + faint)).max(axis=-1)
    return np.asarray(np.clip((share - _TEXTURE) / (1 - _TEXTURE), 0, 1), dtype=np.float32)


def _edge_profiles(luma: Floats) -> Floats:
    """Return the luma along each edge, strip by strip, less its mean: [n, 4 * strips, 64]."""
    turned = luma.transpose(0, 2, 1)
    depth = _STRIP_PX * _STRIPS
    edges = np.stack([view[:, :depth] for view in (luma, luma[:, ::-1], turned, turned[:, ::-1])], axis=1)
    profiles = edges.reshape(len(luma), 4 * _STRIPS, _STRIP_PX, THUMBNAIL_PX).mean(axis=2)
    return np.asarray(profiles - profiles.mean(axis=-1, keepdims=True))


MEASURE = Measure(COLUMNS, measure)
