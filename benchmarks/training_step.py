"""What our own ways of computing a training step are worth beside Keras' own layers, in turns, in one run.

    python -m benchmarks.training_step [--precision NAME] [NETWORK ...]

Trains networks of this project from scratch on random pictures, in both precisions, and prints the images per second of
both ways, their ratio, and whether the trainings of one way end with the same bytes each time. The plain network has
its bias behind the pooling; the others normalise by TensorFlow's fused operation.
"""

import argparse
import subprocess
import sys
from statistics import median

from benchmarks.random_training import CLASSES, HOME, SIZE_PX, time_steps
from flows.terminal import prepare_environment

NETWORKS, PRECISIONS = ("cnn", "cnn_batchnorm", "resnet_small"), ("float32", "mixed_bfloat16")
WAYS = ("ours", "keras")
ROUNDS = 5


def train(name: str, precision: str, way: str) -> tuple[float, str]:
    """Train in this process; return images per second and the digest of the weights."""
    prepare_environment(HOME)
    import keras

    from melanoma.config.train import TrainConfig
    from melanoma.models.catalog import find_network
    from melanoma.models.network import Shape
    from melanoma.training.assemble import assemble_network
    from melanoma.training.determinism import seed_training

    seed_training(1, deterministic=True)
    keras.mixed_precision.set_global_policy(precision)
    shape, config = Shape(SIZE_PX, CLASSES), TrainConfig(network=name)
    return time_steps(
        assemble_network(shape, config).network if way == "ours" else find_network(name).build(shape, config)
    )


def measure(name: str, precision: str, way: str) -> tuple[float, str]:
    """Train in a fresh process: precision and determinism are settings of a whole process."""
    command = [sys.executable, "-m", "benchmarks.training_step", "--one", way, "--precision", precision, name]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(output[-2]), output[-1]


def main(networks: list[str], precisions: list[str]) -> None:
    """Measure each network in each precision, both ways in turn."""
    for name in networks:
        for precision in precisions:
            rounds = [{way: measure(name, precision, way) for way in WAYS} for _ in range(ROUNDS)]
            rates = " and ".join(f"{way} {median(one[way][0] for one in rounds):.0f}" for way in WAYS)
            ratios = [one["ours"][0] / one["keras"][0] for one in rounds]
            equal = all(len({one[way][1] for one in rounds}) == 1 for way in WAYS)
            print(
                f"{name}, {precision}: {rates} images/s, ratio {median(ratios):.2f} "
                f"({min(ratios):.2f} to {max(ratios):.2f}); equal bytes each time: {equal}",
                flush=True,
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--precision", choices=PRECISIONS, action="append")
    parser.add_argument("--one", choices=WAYS, help="train once, here, and print the rate and the digest")
    parser.add_argument("networks", nargs="*", default=NETWORKS)
    options = parser.parse_args()
    asked_for = options.precision or list(PRECISIONS)
    if options.one:
        print(*train(options.networks[0], asked_for[0], options.one))
    else:
        main(options.networks, asked_for)
