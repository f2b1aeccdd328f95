"""What the terminal shows after `melanoma train`."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from flows.summary import stage_summary
from melanoma.artifacts.store import ArtifactStore
from melanoma.reporting.names import plain_name, within_sentence
from melanoma.runs import RunFolder
from melanoma.stages.files import FIGURE, MODEL
from melanoma.stages.table import BALANCE, TRAIN, TRAINING_CURVES

_VALIDATION = "val_"


def training_json(home: Path, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a finished training as JSON values: what was trained, what was kept and why, and where the model is.

    Args:
        home: Where artifacts and runs are kept.
        record: The run's `run.json`.
    """
    said, stages = stage_summary(home, record, TRAIN.name), record["stages"]
    best, maker = said.pop("best"), stages[TRAIN.name]["made_by"]
    figures = {name.removeprefix(_VALIDATION): value for name, value in best.items() if name.startswith(_VALIDATION)}
    curves = ArtifactStore(home).folder(TRAINING_CURVES.name, stages[TRAINING_CURVES.name]["key"]) / FIGURE
    return {
        "run_id": record["run_id"],
        **said,
        "validation": figures,
        "validation_with_relative_in_training": stage_summary(home, record, BALANCE.name)["leak"]["share"],
        "state": stages[TRAIN.name]["state"],
        "seconds": maker["seconds"],
        "made_by": maker["run_id"],
        "operating_point": None,
        "curves": str(curves),
        "model": str(RunFolder(home, record["run_id"]).path / MODEL),
    }


def describe_training(found: Mapping[str, Any]) -> str:
    """Say what was trained and kept, how it did on validation images and what that is worth, and where the model is.

    Args:
        found: What `training_json` returns.

    Returns:
        Some lines of text.
    """
    return "\n".join(
        [
            "",
            f"network:    {found['network']}, method {found['method']}, {found['parameters']:,} parameters, "
            f"{found['precision']}",
            f"trained on: {found['training_images']:,} images, copies included, {_describe_time(found)}",
            f"kept:       {found['kept']}",
            *_describe_validation(found),
            f"melanoma:   no operating point, which a run freezes; melanoma predict --model {found['run_id']} gives "
            "probabilities and no decision",
            "next:       melanoma run with the same options reuses this training, and evaluates it on test images",
            f"curves:     {found['curves']}",
            f"model:      {found['model']}",
        ]
    )


def _describe_time(found: Mapping[str, Any]) -> str:
    reused = f", reused from run {found['made_by']}" if found["state"] == "Cached" else ""
    return f"in {found['seconds']:.1f} s{reused}"


def _describe_validation(found: Mapping[str, Any]) -> Iterator[str]:
    """Show the figures on validation images, and say that they are no measure."""
    if not found["validation"]:
        yield "validation: there are no validation images"
        return
    figures = ", ".join(f"{_say(name)} {value:.3f}" for name, value in found["validation"].items())
    yield f"validation: {figures}, n = {found['validation_images']:,}{_describe_members(found)}"
    chosen = found["chosen_by"]
    why = f"chosen by this {_say(chosen)}" if chosen else "the last epoch is kept, whatever these are"
    yield f"            {why}; no interval, and no measure of the model"
    share = found["validation_with_relative_in_training"]
    if share:
        yield f"            {share:.1%} of validation images have a relative in training: the figures are far too good"


def _say(figure: str) -> str:
    return within_sentence(plain_name(figure))


def _describe_members(found: Mapping[str, Any]) -> str:
    if found["members"] == 1:
        return ""
    return f", of the first of {found['members']} networks, on the images that it was chosen by"
