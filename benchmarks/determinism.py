"""What deterministic training costs: the notebook's network with and without it, in turn, in one run.

    python -m benchmarks.determinism

Prints images per second of both and their ratio, and whether two deterministic trainings end with the same bytes.
"""

import statistics
import subprocess
import sys

from benchmarks.random_training import CLASSES, HOME, SIZE_PX, time_steps
from flows.terminal import prepare_environment

ROUNDS = 3


def train(deterministic: bool) -> tuple[float, str]:
    """Train on random pictures in this process; return images per second and the digest of the weights."""
    prepare_environment(HOME)
    import keras

    from melanoma.config.train import TrainConfig
    from melanoma.models.catalog import find_network
    from melanoma.models.network import Shape
    from melanoma.training.determinism import seed_training

    seed_training(1, deterministic)
    keras.mixed_precision.set_global_policy("mixed_bfloat16")
    config = TrainConfig(network="cnn_dropout", loss="cross_entropy")
    network = find_network(config.network).build(Shape(SIZE_PX, CLASSES), config)
    return time_steps(network)


def measure(deterministic: bool) -> tuple[float, str]:
    """Train in a fresh process, because the setting cannot be taken back."""
    command = [sys.executable, "-m", "benchmarks.determinism", "deterministic" if deterministic else "free"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(output[-2]), output[-1]


def main() -> None:
    """Run both in turn."""
    rounds = [(measure(True), measure(False)) for _ in range(ROUNDS)]
    ratios = [fixed[0] / free[0] for fixed, free in rounds]
    print(f"deterministic {statistics.median(fixed[0] for fixed, _ in rounds):.0f} images/s")
    print(f"free          {statistics.median(free[0] for _, free in rounds):.0f} images/s")
    print(f"ratio         {statistics.median(ratios):.2f} (of {ROUNDS} pairs: {', '.join(f'{r:.2f}' for r in ratios)})")
    print(f"weights of {ROUNDS} deterministic runs are equal: {len({fixed[1] for fixed, _ in rounds}) == 1}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(*train(sys.argv[1] == "deterministic"))
    else:
        main()
