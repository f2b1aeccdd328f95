"""What a task leaves in the Prefect UI: tables, pictures and texts."""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.events import emit_event

from melanoma.artifacts.record import Artifact
from melanoma.reporting.number_text import value_text
from melanoma.stages.files import FIGURE


def publish_table(key: str, rows: Sequence[Mapping[str, Any]], description: str) -> None:
    """Leave a table.

    Args:
        key: ``[a-z0-9-]``; the same for each run, so that the UI shows its history.
        rows: One mapping per row.
        description: What it shows.
    """
    table = [{_column(name): _cell(value) for name, value in row.items()} for row in rows]
    create_table_artifact(table=table, key=key, description=description)


def publish_picture(key: str, figure: Artifact, description: str) -> None:
    """Leave a figure's picture, within the artifact itself, so that it needs no server of files.

    It stands in a text: of Prefect's image artifact the UI writes out the address too, here some 100,000 letters.
    """
    picture = base64.b64encode(figure.path(FIGURE).read_bytes()).decode()
    publish_text(key, f"![{description}](data:image/png;base64,{picture})", description)


def publish_text(key: str, markdown: str, description: str) -> None:
    """Leave a text in Markdown."""
    create_markdown_artifact(markdown=markdown, key=key, description=description)


def publish_page(key: str, markdown: str, page: Path, description: str) -> None:
    """Leave a text that says where a page is; browsers follow no link from a server to a file.

    Args:
        key: As of a table.
        markdown: What is said of it.
        page: The page.
        description: What it shows.
    """
    publish_text(key, f"{markdown}\n\nOn the machine that made it: {as_code(str(page))}", description)


def publish_maker(artifact: Artifact) -> None:
    """Leave a link from a reused result to the task run that made it, if its maker was one."""
    run_id, maker = (artifact.made_by.get(name) for name in ("run_id", "task_run_id"))
    if maker:
        create_link_artifact(
            link=task_run_path(maker),
            link_text=f"{artifact.stage} of run {run_id}",
            key="reused",
            description=f"Nothing that decides {artifact.stage} has changed since run {run_id} made it",
        )


def task_run_path(task_run_id: str) -> str:
    """Return the UI's page of a task run; without a host, since a later server may stand elsewhere."""
    return f"/runs/task-run/{task_run_id}"


def as_code(text: str) -> str:
    """Return a text from outside as Markdown that is shown as it is."""
    return f"`{' '.join(text.split()).replace('`', chr(39))}`"


def announce(event: str, about: str, payload: Mapping[str, Any], related: Mapping[str, str] | None = None) -> None:
    """Emit an event, which an automation of the server can act on.

    Args:
        event: Its name, such as ``melanoma.model.promoted``.
        about: The id of what it is about, such as ``melanoma.run.<run id>``.
        payload: What it says, as JSON values.
        related: The role of each other thing that it is about, by the thing's id, such as ``melanoma.model.<sha256>``.
    """
    others = [{"prefect.resource.id": name, "prefect.resource.role": role} for name, role in (related or {}).items()]
    resource = {"prefect.resource.id": about, "prefect.resource.name": about.rpartition(".")[2]}
    emit_event(event, resource, related=others, payload=dict(payload))


def _column(name: str) -> str:
    return "95 % interval" if name == "ci95" else name.replace("_", " ")


def _cell(value: object) -> int | str:
    """Return a value as a reader sees it; a count stays a number, by which the UI sorts."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float):
        return value_text(float(f"{value:.3g}"))
    if isinstance(value, list | tuple) and value and all(isinstance(entry, float) for entry in value):
        return f"[{', '.join(str(_cell(entry)) for entry in value)}]"
    return value_text(value)
