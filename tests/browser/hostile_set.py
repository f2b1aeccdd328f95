"""A small set of images whose classes, files and metadata carry HTML and script."""

import csv

import numpy as np
from PIL import Image

SIDE_PX = 64
TRAIN_IMAGES, TEST_IMAGES = 18, 6
ATTACK = "<img src=x onerror=document.title='owned'>"
CLASSES = (
    "melanoma",
    ATTACK,
    "<script>document.title='owned'",
    '<svg onload=alert(1)> & "it\'s" [a](javascript:alert(1)) `b` |c|',
)


def draw_hostile_set(folder):
    """Draw a disc of another colour for each class; return the folder."""
    random, rows = np.random.default_rng(3), []
    for kind, name in enumerate(CLASSES):
        for number in range(TRAIN_IMAGES + TEST_IMAGES):
            isic_id = f"ISIC_{len(rows):07d}"
            file = f"{isic_id}.jpg" if number else f"{isic_id} {ATTACK}.jpg"
            path = folder / ("Train" if number < TRAIN_IMAGES else "Test") / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            draw_lesion(random, kind).save(path, quality=90)
            rows.append([path.stem, f"{ATTACK}{number}", f"{ATTACK}{number}", 40 + number, ATTACK, ATTACK, ATTACK])
    with (folder / "metadata.csv").open("w", newline="") as stream:
        header = ["isic_id", "lesion_id", "patient_id", "age_approx", "sex", "anatom_site_general", "attribution"]
        csv.writer(stream).writerows([header, *rows])
    return folder


def draw_lesion(random, kind):
    """Draw a disc on noisy skin."""
    y, x = np.mgrid[:SIDE_PX, :SIDE_PX] - SIDE_PX / 2 + random.uniform(-4, 4, (2, 1, 1))
    disc = np.hypot(x, y) < 12 + 3 * kind
    colour = np.where(disc[..., None], (60 + 40 * kind, 60, 160 - 40 * kind), (220, 180, 160))
    return Image.fromarray((colour + random.normal(0, 6, colour.shape)).clip(0, 255).astype(np.uint8))
