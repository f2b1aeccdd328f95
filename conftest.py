"""Fixtures for tests that run the command line in processes of its own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # as in the product's processes, before TensorFlow is imported
pytest_plugins = ["tests.processes", "tests.postgres", "tests.prefect_server"]

REPOSITORY = Path(__file__).resolve().parent
QUICK = (
    "ingest.size_px=48",
    "train.network=cnn",
    "train.method=scratch",
    "train.epochs=2",
    "train.precision=float32",
    "balance.images_per_class=20",
    "evaluate.resamples=200",
    "robustness.images=24",
    "explain.images_per_kind=2",
)
SOURCE = ("flows", "tasks", "melanoma", "configs", "deployments")
FOREIGN = ("MELANOMA_", "MLFLOW_", "PREFECT_", "PYTEST_", "TF_")


@dataclass(frozen=True)
class Answer:
    """What a process left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Command:
    """The command line, with a home and a user's home of its own.

    Attributes:
        home: The project's home.
        user: The user's home, and the working folder.
        source: Where the project's source is.
        extra: What is set in the environment beside.
    """

    home: Path
    user: Path
    source: Path = REPOSITORY
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a user who has set nothing."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        own = {"MELANOMA_HOME": str(self.home), "HOME": str(self.user), "PYTHONPATH": str(self.source)}
        return clean | own | dict(self.extra)

    def start(self, *arguments: object, code: str | None = None) -> subprocess.Popen[str]:
        """Start the command, or some code in its place, and return at once."""
        program = ["-c", code] if code else ["-m", "flows.command_line"]
        return subprocess.Popen(
            [sys.executable, *program, *map(str, arguments)],
            cwd=self.user,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *arguments: object) -> Answer:
        """Run the command to its end."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=500)
        return Answer(process.returncode, out, err)

    def run(self, data: Path, *settings: str) -> dict[str, Any]:
        """Run the pipeline quickly and return its `run.json`."""
        answer = self("run", "--data", data, "--json", *self.quick(*settings))
        assert answer.code == 0, answer.err
        record: dict[str, Any] = json.loads(answer.out)
        return record

    def quick(self, *settings: str) -> list[str]:
        """Return the options that make a run quick, with some settings more."""
        return [part for setting in (*QUICK, *settings) for part in ("--set", setting)]

    def status(self) -> list[dict[str, Any]]:
        """Return what `melanoma status` lists."""
        runs: list[dict[str, Any]] = json.loads(self("status", "--json").out)
        return runs

    def record(self, run_id: str) -> dict[str, Any]:
        """Return a run's `run.json`."""
        record: dict[str, Any] = json.loads((self.home / "runs" / run_id / "run.json").read_text())
        return record

    def with_source(self, source: Path) -> "Command":
        """Return the same command from another copy of the source."""
        return replace(self, source=source)

    def with_home(self, home: Path) -> "Command":
        """Return the same command with another home."""
        return replace(self, home=home)

    def with_environment(self, **values: str) -> "Command":
        """Return the same command with something more set in its environment."""
        return replace(self, extra=tuple({**dict(self.extra), **values}.items()))


@pytest.fixture(scope="session")
def make_command() -> Callable[[Path], Command]:
    """Return a maker of command lines with fresh homes under a folder."""

    def make(folder: Path) -> Command:
        (folder / "user").mkdir(parents=True)
        return Command(folder / "home", folder / "user")

    return make


@pytest.fixture
def command(make_command: Callable[[Path], Command], tmp_path: Path) -> Command:
    """Return the command line with a fresh home."""
    return make_command(tmp_path)


@pytest.fixture(scope="session")
def drawn_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small synthetic set with planted defects; not to be changed."""
    from melanoma.config.synthetic import SyntheticConfig
    from melanoma.data.synthetic.dataset import draw_dataset

    folder = tmp_path_factory.mktemp("drawn") / "set"
    draw_dataset(folder, SyntheticConfig(images=140, size_px=64))
    return folder


@pytest.fixture(scope="session")
def copy_of_set() -> Callable[[Path, Path], Path]:
    """Return a copier of a set of images, whose copy may be changed."""
    return lambda folder, target: Path(shutil.copytree(folder, target))


@pytest.fixture(scope="session")
def copy_of_source() -> Callable[[Path], Path]:
    """Return a copier of the project's source, whose copy may be changed."""

    def copy(target: Path) -> Path:
        for name in SOURCE:
            shutil.copytree(REPOSITORY / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        return target

    return copy
