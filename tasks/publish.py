"""What a task leaves in the Prefect UI: tables, pictures and texts."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from prefect.artifacts import create_image_artifact, create_markdown_artifact, create_table_artifact
from prefect.events import emit_event

from melanoma.artifacts.record import Artifact
from melanoma.stages.files import FIGURE


def publish_table(key: str, rows: Sequence[Mapping[str, Any]], description: str) -> None:
    """Leave a table.

    Args:
        key: ``[a-z0-9-]``; the same for each run, so that the UI shows its history.
        rows: One mapping per row.
        description: What it shows.
    """
    create_table_artifact(table=[dict(row) for row in rows], key=key, description=description)


def publish_picture(key: str, figure: Artifact, description: str) -> None:
    """Leave a figure's picture, within the artifact itself, so that it needs no server of files."""
    picture = base64.b64encode(figure.path(FIGURE).read_bytes()).decode()
    create_image_artifact(image_url=f"data:image/png;base64,{picture}", key=key, description=description)


def publish_text(key: str, markdown: str, description: str) -> None:
    """Leave a text in Markdown."""
    create_markdown_artifact(markdown=markdown, key=key, description=description)


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
