"""Files of a run's folder as the artifact of their stage, as a finished run leaves them."""

from pathlib import Path

from melanoma.artifacts.record import Made, Recipe
from melanoma.artifacts.store import ArtifactStore
from melanoma.fingerprint import digest_file


def seal_files(run: Path, stage: str, *names: str) -> dict[str, str]:
    """Seal copies of files as the artifact of a stage.

    Args:
        run: The run's folder.
        stage: The stage.
        *names: The files.

    Returns:
        What `run.json` says of the stage.
    """

    def copy(room: Path) -> Made:
        for name in names:
            (room / name).write_bytes((run / name).read_bytes())
        return Made()

    recipe = Recipe(stage, {name: digest_file(run / name) for name in names})
    artifact = ArtifactStore(run.parents[1]).obtain(recipe, copy).artifact
    return {"key": artifact.key, "digest": artifact.digest}
