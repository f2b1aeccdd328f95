"""Make training repeatable: the same seed, data and machine give the same weights, bit for bit."""

import keras


def make_deterministic(seed: int) -> None:
    """Seed Keras and ask TensorFlow for operations that do not depend on the order of threads.

    On two cores this costs no time for convolutional networks; `benchmarks/` shows it.

    Args:
        seed: The run's seed.
    """
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed % 2**32)
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()


def seed_training(seed: int, deterministic: bool) -> None:
    """Seed Keras, and say whether TensorFlow's operations may depend on the order of threads."""
    if deterministic:
        make_deterministic(seed)
    else:
        keras.utils.clear_session()
        keras.utils.set_random_seed(seed % 2**32)
