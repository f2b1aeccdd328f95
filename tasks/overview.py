"""What a run shows of itself in the Prefect UI: a name and tags by which it is found, and what became of each stage."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from prefect.client.orchestration import get_client
from prefect.runtime import flow_run

from melanoma.stages.files import MODEL_CARD
from melanoma.stages.files import REPORT as REPORT_FILE
from tasks.publish import as_code, publish_text, task_run_path

_SHOWN = 8  # letters of a digest or key
_TRAINING_FLOWS = {"pipeline", "retrain", "study-network", "train", "tune"}


def label_run(record: Mapping[str, Any]) -> None:
    """Put the digest of the data into the flow run's name, and what its model is into its tags.

    The digest is known only once the source has been looked through, which is after Prefect has named the run.

    Args:
        record: The run's `run.json`.
    """
    if not flow_run.id or not record["images"]:
        return
    digest = record["data_digest"][:_SHOWN]
    name = str(flow_run.name).removesuffix(f" · {digest}")
    tags = sorted({*flow_run.tags, *tags_of(record)})
    with get_client(sync_client=True) as client:
        client.update_flow_run(flow_run.id, name=f"{name} · {digest}", tags=tags)


def tags_of(record: Mapping[str, Any]) -> list[str]:
    """Return the tags by which a run is found: its data, and where it trains, its network and how it splits.

    Args:
        record: The run's `run.json`.
    """
    config, data = record["config"], f"data {record['data_digest'][:_SHOWN]}"
    return [config["train"]["network"], config["split"]["protocol"], data] if _trains(record) else [data]


def publish_overview(record: Mapping[str, Any], folder: Path) -> None:
    """Leave a text on how a run ended, what it was made from and what became of each stage.

    Args:
        record: The run's `run.json`.
        folder: The run's folder.
    """
    if flow_run.id:
        publish_text("run", describe_run(record, folder), "How the run ended, and what became of each stage")


def describe_run(record: Mapping[str, Any], folder: Path) -> str:
    """Return a run's overview in Markdown.

    Args:
        record: The run's `run.json`.
        folder: The run's folder.
    """
    config = record["config"]
    facts = {
        "data": f"{as_code(record['data'])}, {record['images']:,} images, digest `{record['data_digest'][:_SHOWN]}`",
        "folder": as_code(str(folder)),
    }
    if _trains(record):
        network, protocol = config["train"]["network"], config["split"]["protocol"]
        facts["network"] = f"`{network}`, split `{protocol}`, seed {record['seed']}"
    if (folder / REPORT_FILE).exists():
        facts["report"] = f"`melanoma report {record['run_id']} --open`; beside it `{MODEL_CARD}`"
    lines = [f"# Run {record['run_id']}: {record['status']}", ""]
    if record.get("problem"):
        lines += [as_code(record["problem"]), ""]
    lines += ["| | |", "|---|---|", *(_row(name, said) for name, said in facts.items()), ""]
    if record["stages"]:
        lines += ["| stage | state | seconds | key | made by |", "|---|---|---|---|---|"]
        lines += [_stage_row(name, entry) for name, entry in record["stages"].items()]
    return "\n".join(lines)


def _trains(record: Mapping[str, Any]) -> bool:
    """Tell whether a run is about a network of its own, rather than images, a given model or other runs' results."""
    return record["flow"] in _TRAINING_FLOWS


def _row(*cells: str) -> str:
    """Return a row of a table, in which a bar within a text must not begin a new cell."""
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def _stage_row(name: str, entry: Mapping[str, Any]) -> str:
    run_id, maker = (entry["made_by"].get(which) for which in ("run_id", "task_run_id"))
    made_by = f"[{run_id}]({task_run_path(maker)})" if maker else str(run_id)
    return _row(name, entry["state"], f"{entry['seconds']:.1f}", f"`{entry['key'][:_SHOWN]}`", made_by)
