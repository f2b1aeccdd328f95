"""The data of the demonstration."""

from pathlib import Path

from flows.terminal import say
from melanoma.config.synthetic import SyntheticConfig
from melanoma.data.synthetic.dataset import draw_dataset


def draw_demo_data(home: Path, quiet: bool) -> Path:
    """Draw the synthetic set under a home, unless it is there already.

    Args:
        home: Where the project keeps its files.
        quiet: Do not say so.

    Returns:
        The folder of the set.
    """
    folder = home / "demo-data"
    if folder.exists():
        return folder
    if not quiet:
        say(f"drawing a synthetic set of dermoscopy images with planted defects in {folder}")
    draw_dataset(folder, SyntheticConfig())
    return folder
