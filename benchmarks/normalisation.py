"""What batch normalisation costs in training: TensorFlow's fused operation beside Keras' own, in turns, in one run.

    python -m benchmarks.normalisation

Trains networks of this project that normalise on random pictures, in both precisions, and prints the images per second
of both ways, their ratio, and whether the trainings of one way end with the same bytes each time.
"""

import subprocess
import sys
from statistics import median

from benchmarks.random_training import CLASSES, HOME, SIZE_PX, time_steps
from flows.terminal import prepare_environment

NETWORKS, PRECISIONS = ("cnn_batchnorm", "resnet_small"), ("float32", "mixed_bfloat16")
WAYS = ("fused", "keras")
ROUNDS = 3


def train(name: str, precision: str, way: str) -> tuple[float, str]:
    """Train in this process; return images per second and the digest of the weights."""
    prepare_environment(HOME)
    import keras

    from melanoma.config.train import TrainConfig
    from melanoma.models.catalog import find_network
    from melanoma.models.network import Shape
    from melanoma.training.determinism import seed_training
    from melanoma.training.fused_normalisation import fuse_normalisation

    seed_training(1, deterministic=True)
    keras.mixed_precision.set_global_policy(precision)
    network = find_network(name).build(Shape(SIZE_PX, CLASSES), TrainConfig())
    if way == "fused":
        fuse_normalisation(network)
    return time_steps(network)


def measure(name: str, precision: str, way: str) -> tuple[float, str]:
    """Train in a fresh process: precision and determinism are settings of a whole process."""
    command = [sys.executable, "-m", "benchmarks.normalisation", name, precision, way]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(output[-2]), output[-1]


def main() -> None:
    """Measure each network in each precision, both ways in turn."""
    for name in NETWORKS:
        for precision in PRECISIONS:
            rounds = [{way: measure(name, precision, way) for way in WAYS} for _ in range(ROUNDS)]
            rates = " and ".join(f"{way} {median(one[way][0] for one in rounds):.0f}" for way in WAYS)
            ratios = [one["fused"][0] / one["keras"][0] for one in rounds]
            equal = all(len({one[way][1] for one in rounds}) == 1 for way in WAYS)
            print(
                f"{name}, {precision}: {rates} images/s, ratio {median(ratios):.2f} "
                f"({min(ratios):.2f} to {max(ratios):.2f}); equal bytes each time: {equal}"
            )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(*train(*sys.argv[1:4]))
    else:
        main()
