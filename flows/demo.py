"""The data of the demonstration."""

from pathlib import Path

from melanoma.config.synthetic import SyntheticConfig
from melanoma.data.synthetic.dataset import draw_dataset


def draw_demo_data(home: Path) -> Path:
    """Draw the synthetic set under a home, unless it is there already.

    Args:
        home: Where the project keeps its files.

    Returns:
        The folder of the set.
    """
    folder = home / "demo-data"
    if not folder.exists():
        draw_dataset(folder, SyntheticConfig())
    return folder
