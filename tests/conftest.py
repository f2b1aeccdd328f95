"""What tests of several parts share: a small generated set, the real data where it is, and stages without Prefect."""

import itertools
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings
from PIL import Image

from melanoma.artifacts.record import Artifact
from melanoma.artifacts.store import ArtifactStore, Obtained
from melanoma.config.pipeline import PipelineConfig
from melanoma.data.sources import Sources
from melanoma.stages.engine import Order, Surroundings, execute
from melanoma.stages.job import Material, PartRequest
from melanoma.stages.table import PARTS as PART_STAGES
from melanoma.stages.table import Stage

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
CLASSES = ("basal cell carcinoma", "dermatofibroma", "melanoma", "nevus", "seborrheic keratosis", "vascular lesion")
TRAIN_IMAGES, TEST_IMAGES = 6, 2
SIDE_PX = 48
PARTS = {stage.name: stage for stage in PART_STAGES}

settings.register_profile("repeatable", derandomize=True, deadline=None)  # a gate that fails must fail again
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real images, which are not part of the repository."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"{SHARED_DATA} is absent: this test reads real dermoscopy images")
    return SHARED_DATA


@pytest.fixture
def image_folder(drawn_folder: Path, tmp_path: Path) -> Path:
    """A clean class-folder set of 6 x (6 + 2) images of 48 px with metadata.csv; the test may change it.

    Ids count from ISIC_0000000 class by class, training images first; the first two training images of a class show one
    lesion, all others one each, and each lesion has its own patient.
    """
    return Path(shutil.copytree(drawn_folder, tmp_path / "images"))


@pytest.fixture(scope="session")
def drawn_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("drawn")
    random = np.random.default_rng(1)
    rows = []
    for label in CLASSES:
        for number in range(TRAIN_IMAGES + TEST_IMAGES):
            isic_id = f"ISIC_{len(rows):07d}"
            path = root / ("Train" if number < TRAIN_IMAGES else "Test") / label / f"{isic_id}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            _draw(random, CLASSES.index(label)).save(path, quality=90)
            rows.append(_metadata(isic_id, label, max(number, 1)))
    pd.DataFrame(rows).to_csv(root / "metadata.csv", index=False)
    return root


def _draw(random: np.random.Generator, kind: int) -> Image.Image:
    """Draw a lesion, a disc whose radius and colour tell its class, on noisy skin."""
    y, x = np.mgrid[:SIDE_PX, :SIDE_PX] - SIDE_PX / 2 + random.uniform(-4, 4, (2, 1, 1))
    disc = np.hypot(x, y) < 8 + 2 * kind
    colour = np.where(disc[..., None], (90 + 15 * kind, 60, 140 - 20 * kind), (220, 180, 160))
    return Image.fromarray((colour + random.normal(0, 6, colour.shape)).clip(0, 255).astype(np.uint8))


def _metadata(isic_id: str, label: str, lesion: int) -> dict[str, Any]:
    return {
        "isic_id": isic_id,
        "lesion_id": f"lesion of {label} {lesion}",
        "patient_id": f"patient of {label} {lesion}",
        "age_approx": 40 + 5 * (lesion % 5),
        "sex": ("male", "female")[lesion % 2],
        "anatom_site_general": "anterior torso",
    }


@pytest.fixture(scope="session")
def manifest_of() -> Callable[..., pd.DataFrame]:
    """Return a function that makes a manifest from a few columns; what is not given is unremarkable."""

    def make(**columns: Sequence[Any]) -> pd.DataFrame:
        count = len(next(iter(columns.values())))
        names = [f"Train/nevus/ISIC_{n:07d}.jpg" for n in range(count)]
        unremarkable: dict[str, Any] = {
            "image_id": names,
            "isic_id": [Path(name).stem for name in names],
            "diagnosis": ["nevus"] * count,
            "label": ["nevus"] * count,
            "publisher_split": [None] * count,
            "lesion_id": [None] * count,
            "patient_id": [None] * count,
            "age_approx": [50.0] * count,
            "sex": ["female"] * count,
            "anatom_site_general": ["anterior torso"] * count,
            "file_bytes": [1000] * count,
            "sha256": [f"{n:064x}" for n in range(count)],
            "pixel_sha256": [f"{n:064x}" for n in range(10**6, 10**6 + count)],
            "width": [100] * count,
            "height": [100] * count,
            "format": ["JPEG"] * count,
            "jpeg_tables": ["0123456789abcdef"] * count,
            "excluded_because": [None] * count,
        }
        numbers = {"age_approx", "file_bytes", "width", "height"}
        frame = pd.DataFrame({**unremarkable, **columns})
        return frame.astype({name: "object" for name in frame.columns if name not in numbers})

    return make


@dataclass
class Workshop:
    """Carries out stages in one store, as the tasks do, and remembers what was built and what was told."""

    store: ArtifactStore
    config: PipelineConfig = field(default_factory=PipelineConfig)
    built: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def carry_out(self, stage: Stage, *inputs: Artifact, material: Material | None = None) -> Obtained:
        return self._carry_out(stage, {artifact.stage: artifact for artifact in inputs}, material)

    def _carry_out(self, stage: Stage, inputs: Mapping[str, Artifact], material: Material | None) -> Obtained:
        order, ticks = Order(stage, self.config, inputs, material), itertools.count()
        around = Surroundings(self._make_parts, self._tell, lambda: float(next(ticks)), {"run_id": "a test"})
        obtained = execute(self.store, order, around)
        if not obtained.reused:
            self.built.append(stage.name)
        return obtained

    def make(self, stage: Stage, *inputs: Artifact, material: Sources | None = None) -> Artifact:
        return self.carry_out(stage, *inputs, material=material).artifact

    def _make_parts(self, requests: Sequence[PartRequest]) -> list[Artifact]:
        return [
            self._carry_out(PARTS[request.stage], request.inputs, request.material).artifact for request in requests
        ]

    def _tell(self, text: str, share: float | None = None) -> None:
        self.told.append(text)


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    """Carries out stages without Prefect, in a home of its own."""
    return Workshop(ArtifactStore(tmp_path / "home"))
