"""Train what a configuration asks for: one network, or several whose predictions one model averages."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from melanoma.config.train import TrainConfig
from melanoma.data.examples import ORIGINAL, ExampleSet
from melanoma.errors import ConfigError
from melanoma.seeding import derive_seed
from melanoma.training.compose import average
from melanoma.training.member import Tell, Trained, TrainingRequest, train_member

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Trained", "TrainingRequest", "train_network"]


def train_network(request: TrainingRequest, progress: Tell) -> Trained:
    """Train a network, or as many as are asked for, and put them together for prediction.

    Args:
        request: What to train, on what.
        progress: Is told each finished epoch, and the share of epochs that are done.

    Returns:
        The trained network, which averages over members and views, and its history. The history's own figures are the
        first member's; ``members`` has those of each.

    Raises:
        ConfigError: If members are to differ in folds that the split did not make, or batches are to be shared by more
            devices than there are.
        ModelError: If the loss is no longer finite.
    """
    config = request.config
    trained = [
        train_member(member, _tell_of_member(number, config.members, progress))
        for number, member in enumerate(_members(request))
    ]
    network = average([member.network for member in trained], config.views)
    history: dict[str, Any] = trained[0].history | {"parameters": int(network.count_params()), "views": config.views}
    return Trained(network, history | {"members": [_of_member(member.history) for member in trained]})


def _members(request: TrainingRequest) -> Iterator[TrainingRequest]:
    """Yield what each member is trained on; the first by seeds is the network that there would be without others."""
    for number in range(request.config.members):
        bench = request.workbench / f"member-{number + 1}" if request.workbench else None
        seed = derive_seed(request.seed, "member", number) if number else request.seed
        member = replace(request, seed=seed, workbench=bench)
        if request.config.members > 1 and request.config.members_over == "folds":
            seen, unseen = _divide_by_fold(request.training, number, request.config)
            member = replace(member, training=seen, validation=unseen)
        yield member


def _divide_by_fold(training: ExampleSet, fold: int, config: TrainConfig) -> tuple[ExampleSet, ExampleSet]:
    """Return the training rows outside a fold, and the fold's originals.

    Only training rows are divided: the validation rows stay unseen by all members, so that what is measured on them
    holds for the whole.
    """
    folds = training.rows["fold"].nunique()
    if folds < config.members:
        made = f"{folds} folds" if folds else "no folds"
        advice = f"set split.folds to {config.members} or more, or train.members_over to seeds"
        raise ConfigError(f"train.members: {config.members} over folds, but the split made {made}; {advice}")
    in_fold = training.rows["fold"] == fold
    is_unseen = in_fold & (training.rows["origin"] == ORIGINAL)
    return _where(training, ~in_fold), _where(training, is_unseen)


def _where(examples: ExampleSet, chosen: "pd.Series[bool]") -> ExampleSet:
    return ExampleSet(examples.rows[chosen].reset_index(drop=True), examples.pixels)


def _tell_of_member(number: int, members: int, progress: Tell) -> Tell:
    if members == 1:
        return progress
    return lambda text, share: progress(f"network {number + 1}/{members} · {text}", (number + share) / members)


def _of_member(history: dict[str, Any]) -> dict[str, Any]:
    own = ("epochs", "best_epoch", "stopped_early", "training_images", "validation_images")
    return {name: history[name] for name in own}
