"""Settings of networks beside those that make a run quick, which learn too little for some tests."""

LEARNED = ("train.network=efficientnet_lite0", "train.method=head")
"""A head on a pretrained network: on a hundred images it beats chance, for three times as long a training."""

POOR = ("train.network=cnn", "train.method=scratch", "train.epochs=1")
"""One epoch of the notebook's network, which has learned nothing yet."""
