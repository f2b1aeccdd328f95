"""Make training repeatable: the same seed, data and machine give the same weights, bit for bit."""

import keras


def seed_training(seed: int, deterministic: bool) -> None:
    """Seed Keras, and say whether TensorFlow's operations may depend on the order of threads.

    On two cores determinism costs no time for convolutional networks; `benchmarks/` shows it. It is a switch of the
    whole process, so it is also turned off where an earlier training turned it on. JAX is deterministic on a CPU; on a
    GPU XLA decides, by a flag that is read when the process starts (``XLA_FLAGS=--xla_gpu_deterministic_ops=true``).

    Args:
        seed: Decides initial weights, and what is drawn before the first epoch.
        deterministic: Whether equal runs must give equal weights.
    """
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed % 2**32)
    if keras.backend.backend() == "tensorflow":
        # TensorFlow makes only the way in public; Keras uses this one too.
        from tensorflow.python.framework import config

        (config.enable_op_determinism if deterministic else config.disable_op_determinism)()
