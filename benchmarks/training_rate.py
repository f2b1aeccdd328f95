"""Train the notebook's network as the product does, and in plain Keras over the same JPEG files, in the same run.

    python -m benchmarks.training_rate [--seeds N] [FOLDER]

FOLDER has a folder of images for each class; without it, the 9-class set in ../shared/data, else drawn pictures.
Plain Keras is ``fit`` in float32 over ``image_dataset_from_directory`` with Keras' own defaults, and the network as the
notebook writes it, with ReLU in the convolutions. Ours reads the same rows from a shard. Each trains in a process of
its own, in turn; the first epoch is a warm-up and does not count. With --seeds N, both learn from all images N times,
and the validation accuracies are compared: this takes long.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from flows.terminal import prepare_environment

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "skin-cancer-9-classes" / "Train"
NETWORK, SIZE_PX, BATCH = "cnn", 180, 32
ROUNDS, TIMED_IMAGES, TIMED_EPOCHS = 5, 20 * BATCH, 3
LEARNT_EPOCHS, VALIDATION_SHARE = 6, 0.2
T_95 = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776}  # Student's t at 97.5 % for n - 1 degrees of freedom


SIDES = ("ours", "plain")


@dataclass(frozen=True)
class Course:
    """One training: which side, on the images of which folder, for how long, from which seed."""

    side: str
    folder: str
    epochs: int
    seed: int
    validate: bool


def lay_out(target: Path, source: Path, images: int | None) -> None:
    """Write 180x180 JPEG files by class into train/ and validation/, from the source's images in a shuffled order."""
    paths = [path for path in sorted(source.rglob("*")) if path.suffix.lower() in {".jpg", ".jpeg", ".png"}]
    chosen = [paths[position] for position in np.random.default_rng(1).permutation(len(paths))][:images]
    held_out = round(VALIDATION_SHARE * len(chosen)) if images is None else 0
    for number, path in enumerate(chosen):
        folder = target / ("validation" if number < held_out else "train") / path.parent.name
        folder.mkdir(parents=True, exist_ok=True)
        with Image.open(path) as image:
            image.convert("RGB").resize((SIZE_PX, SIZE_PX)).save(folder / f"{number:06d}.jpg", quality=90)


def draw(folder: Path) -> Path:
    """Draw discs on noisy skin, whose radius tells their class, where there is no real set."""
    random = np.random.default_rng(0)
    y, x = np.mgrid[:SIZE_PX, :SIZE_PX] - SIZE_PX / 2
    for number in range(1000):
        kind = number % 9
        disc = np.hypot(x + random.uniform(-9, 9), y + random.uniform(-9, 9)) < 20 + 7 * kind + random.uniform(-5, 5)
        skin = np.where(disc[..., None], (120, 70, 60), (220, 180, 160)) + random.normal(0, 20, (SIZE_PX, SIZE_PX, 3))
        path = folder / f"class {kind}" / f"{number:04d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(skin.clip(0, 255).astype(np.uint8)).save(path, quality=90)
    return folder


def train_ours(course: Course) -> dict[str, Any]:
    """Train as the train stage does: precision measured beforehand, batches gathered from a mapped shard."""
    prepare_environment(Path(course.folder))

    from melanoma.config.train import TrainConfig
    from melanoma.data.examples import ExampleSet
    from melanoma.models.network import Shape
    from melanoma.training.fit import TrainingRequest, train_network
    from melanoma.training.precision import choose_precision

    paths = sorted(Path(course.folder).rglob("*.jpg"))
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder, "pixels.npy"), np.stack([np.asarray(Image.open(path)) for path in paths]))
        pixels = np.load(Path(folder, "pixels.npy"), mmap_mode="r")
        columns = {"diagnosis": [p.parent.name for p in paths], "split": [p.parents[1].name for p in paths]}
        rows = pd.DataFrame(columns).assign(origin="original", shard=0, row=range(len(paths)))
        examples = ExampleSet(rows, {("original", 0): pixels})
        classes = sorted(set(columns["diagnosis"]))
        learning = {"network": NETWORK, "loss": "cross_entropy", "batch_size": BATCH, "early_stopping": False}
        config = TrainConfig(epochs=course.epochs, **learning)
        precision = choose_precision(config, Shape(SIZE_PX, len(classes)), time.perf_counter)
        ends: list[float] = []
        request = TrainingRequest(
            examples.of("train"), examples.of("validation"), classes, config, precision, course.seed
        )
        trained = train_network(request, lambda *_: ends.append(time.perf_counter()))
    return {"ends": ends, "precision": precision, "accuracy": trained.history["epochs"][-1].get("val_accuracy")}


def write_plainly(classes: int) -> Any:
    """Build the network as the notebook writes it, from Keras' layers alone."""
    import keras
    from keras import layers

    stack = [keras.Input((SIZE_PX, SIZE_PX, 3)), layers.Rescaling(1 / 255)]
    for filters in (16, 32, 64):
        stack += [layers.Conv2D(filters, 3, padding="same", activation="relu"), layers.MaxPooling2D()]
    return keras.Sequential([*stack, layers.Flatten(), layers.Dense(128, activation="relu"), layers.Dense(classes)])


def train_plain(course: Course) -> dict[str, Any]:
    """Train the same network as Keras' own examples do."""
    import keras

    keras.utils.set_random_seed(course.seed)

    def read(split: str) -> Any:
        return keras.utils.image_dataset_from_directory(
            Path(course.folder, split), image_size=(SIZE_PX, SIZE_PX), batch_size=BATCH, seed=course.seed, verbose=False
        )

    training = read("train")
    network = write_plainly(len(training.class_names))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile("adam", loss, metrics=["accuracy"])
    ends: list[float] = []
    told = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: ends.append(time.perf_counter()))
    watched = read("validation") if course.validate else None
    history = network.fit(training, validation_data=watched, epochs=course.epochs, callbacks=[told], verbose=0).history
    return {"ends": ends, "precision": "float32", "accuracy": history.get("val_accuracy", [None])[-1]}


def carry_out(course: Course) -> dict[str, Any]:
    """Train in a fresh process: determinism and precision are settings of a whole process."""
    command = [sys.executable, "-m", "benchmarks.training_rate", "--course", json.dumps(asdict(course))]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def compare_rates(folder: Path) -> None:
    """Print images per second of each side, and the ratios, of trainings in turn."""
    rates: dict[str, list[float]] = {side: [] for side in SIDES}
    for seed in range(ROUNDS):
        for side in SIDES:
            result = carry_out(Course(side, str(folder), 1 + TIMED_EPOCHS, seed, validate=False))
            rates[side].append(TIMED_IMAGES * TIMED_EPOCHS / (result["ends"][-1] - result["ends"][0]))
            if side == "ours":
                precision = result["precision"]
    print(f"ours, {precision:<16} {statistics.median(rates['ours']):6.1f} images/s")
    ratios = [ours / theirs for ours, theirs in zip(*rates.values(), strict=True)]
    ratio, spread = statistics.median(ratios), ", ".join(f"{ratio:.2f}" for ratio in ratios)
    print(f"plain, float32         {statistics.median(rates['plain']):6.1f} images/s, ratio {ratio:.2f} ({spread})")


def compare_accuracies(folder: Path, seeds: int) -> None:
    """Print the mean validation accuracy of both sides over seeds and that of their difference, with intervals."""
    found = {
        side: [carry_out(Course(side, str(folder), LEARNT_EPOCHS, seed, True))["accuracy"] for seed in range(seeds)]
        for side in SIDES
    }
    differences = [ours - plain for ours, plain in zip(*found.values(), strict=True)]
    for name, values in {**found, "difference": differences}.items():
        half = T_95[seeds] * statistics.stdev(values) / math.sqrt(seeds)
        print(f"validation accuracy, {name:<11} {statistics.mean(values):6.3f} ± {half:.3f} over {seeds} seeds")


def main(seeds: int, source: Path) -> None:
    """Compare rates, then accuracies if that is asked for."""
    with tempfile.TemporaryDirectory() as room:
        images = source if source.is_dir() else draw(Path(room, "drawn"))
        lay_out(Path(room, "timed"), images, TIMED_IMAGES)
        compare_rates(Path(room, "timed"))
        if seeds:
            lay_out(Path(room, "learnt"), images, None)
            compare_accuracies(Path(room, "learnt"), seeds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=0, choices=[0, *T_95])
    parser.add_argument("--course")
    parser.add_argument("folder", type=Path, nargs="?", default=SHARED)
    options = parser.parse_args()
    if options.course:
        chosen = Course(**json.loads(options.course))
        print(json.dumps((train_ours if chosen.side == "ours" else train_plain)(chosen)))
    else:
        main(options.seeds, options.folder)
