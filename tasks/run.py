"""One run of the pipeline: what every task of it is given, and its record in the run folder."""

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from prefect.runtime import flow_run

from melanoma.artifacts.known_digests import KnownDigests
from melanoma.artifacts.store import ArtifactStore
from melanoma.config.pipeline import PipelineConfig
from melanoma.data.earlier_roles import EarlierRoles
from melanoma.data.sources import Sources, list_sources
from melanoma.errors import DataRefused, GateRefused
from melanoma.fingerprint import library_versions
from melanoma.runs import FAILED, FINISHED, REFUSED, RunFolder, new_run_id, note, open_run, point_latest, read_run
from melanoma.stages.challenge import Challenge, Retraining
from melanoma.stages.compared_runs import ComparedRuns
from melanoma.stages.external_match import ScoredSet
from melanoma.stages.given_files import find_given_files, find_given_weights
from melanoma.stages.model_test import ModelTest
from melanoma.stages.shown_study import ShownStudy, find_shown_study
from melanoma.stages.study_runs import StudyRuns
from melanoma.stages.table import REPORT
from tasks.home import choose_home
from tasks.overview import label_run, publish_overview
from tasks.runner import Cluster, open_cluster

_SHOWN_VERSIONS = (
    "prefect",
    "tensorflow",
    "keras",
    "great-expectations",
    "augmentor",
    "numpy",
    "pandas",
    "pillow",
    "scikit-learn",
)


Given = ModelTest | StudyRuns | ComparedRuns | Retraining


class Run:
    """What the tasks of one run share.

    A plain class: of a dataclass among a task's parameters Prefect visits every field, here every file of the source.

    Attributes:
        folder: Its folder under the home.
        sources: The set's files, as they were when the run began.
        given_files: The files that the configuration names for the validate stage, if any; likewise.
        given_weights: The file of weights that it names for the train stage, if any; likewise.
        config: Its configuration.
        test: The model that it tests, where it makes none.
        study: The networks that it compares, where it makes none.
        compared: The two runs that it compares, where it makes none.
        retraining: The champion that it challenges, where it retrains.
        cluster: Where its shards and trials are made; None: in threads of this process.
    """

    def __init__(
        self,
        folder: RunFolder,
        sources: Sources,
        config: PipelineConfig,
        given: Given | None = None,
        cluster: Cluster | None = None,
    ) -> None:
        self.folder = folder
        self.sources = sources
        self.config = config
        self.test = given if isinstance(given, ModelTest) else None
        self.study = given if isinstance(given, StudyRuns) else None
        self.compared = given if isinstance(given, ComparedRuns) else None
        self.retraining = given if isinstance(given, Retraining) else None
        self.given_files = find_given_files(config.validation)
        self.given_weights = find_given_weights(config.train)
        self.cluster = cluster

    def __getstate__(self) -> dict[str, Any]:
        """Send no more to a worker than parts need; Prefect sends the run with each, and a listing may be 100 MB."""
        return {"folder": self.folder, "config": self.config}

    @cached_property
    def shown_study(self) -> ShownStudy | None:
        """The study that its report shows."""
        return find_shown_study(self.store, self.sources.digest)

    @cached_property
    def challenge(self) -> Challenge | None:
        """The champion that it challenges, and what has changed since, where it retrains."""
        return self.retraining.challenge(self.sources) if self.retraining else None

    def judged_on(self, external: tuple[ScoredSet, ...]) -> "Run":
        """Return the same run, whose challenge knows what was said of the sets from elsewhere."""
        run = Run.__new__(Run)  # copy() would take what `__getstate__` gives, which is less
        vars(run).update(vars(self))
        run.challenge = replace(self.challenge, external=external) if self.challenge else None
        return run

    @property
    def earlier_roles(self) -> EarlierRoles | None:
        """What its images were to the champion, where it challenges one."""
        champion = self.retraining.champion if self.retraining else None
        return champion.earlier_roles if champion else None

    @property
    def store(self) -> ArtifactStore:
        """The artifacts of the run's home."""
        return ArtifactStore(self.folder.home)


@contextmanager
def recorded_run(
    data: Path | Sequence[Path], config: PipelineConfig, home: Path | None, given: Given | None = None
) -> Iterator[Run]:
    """Open a run's folder, and note in it how the run ended.

    Args:
        data: The folders or archives that hold the images.
        config: The configuration.
        home: Where artifacts and runs are kept; None takes MELANOMA_HOME, else ``.melanoma`` in the working folder.
        given: The model that the run tests, or the networks or runs that it compares, where it makes none; the champion
            that it challenges, where it retrains.

    Yields:
        The run.
    """
    folder = RunFolder(choose_home(home), new_run_id(datetime.now(UTC), str(flow_run.id or os.urandom(4).hex())))
    folder.home.mkdir(parents=True, exist_ok=True, mode=0o700)  # what is read first is remembered in it
    recall = KnownDigests(folder.home).recall
    roots = [data] if isinstance(data, Path) else data
    sources = list_sources(roots, [Path(table) for table in config.data.metadata], recall)
    with open_cluster(config.runner, [folder.home, *(listing.root for listing in sources.listings)]) as cluster:
        run = Run(folder, sources, config, given, cluster)
        open_run(folder, _about(run))
        label_run(read_run(folder))
        with _noted_end(folder):
            yield run


@contextmanager
def _noted_end(folder: RunFolder) -> Iterator[None]:
    """Note in a run's record how it ended."""
    try:
        yield
    except BaseException as problem:
        status = REFUSED if isinstance(problem, DataRefused | GateRefused) else FAILED
        note(folder, status=status, problem=str(problem) or type(problem).__name__, ended_at=_now())
        if isinstance(problem, Exception):  # who stops a run does not wait for a server
            publish_overview(read_run(folder), folder.path)
        raise
    note(folder, status=FINISHED, ended_at=_now())
    publish_overview(read_run(folder), folder.path)
    if REPORT.name in read_run(folder)["stages"]:
        point_latest(folder)


def _about(run: Run) -> dict[str, object]:
    return {
        "data": run.sources.title,
        "data_digest": run.sources.digest,
        "images": run.sources.found,
        "config": run.config.model_dump(mode="json"),
        "seed": run.config.seed,
        "versions": {"melanoma": version("melanoma"), **library_versions(_SHOWN_VERSIONS)},
        "flow": flow_run.flow_name,
        "flow_run_id": str(flow_run.id) if flow_run.id else None,
        **({"model": run.test.model.describe()} if run.test else {}),
        **({"study": {"title": run.study.study.title}} if run.study else {}),
        **({"data": run.compared.title, "compared": run.compared.run_ids} if run.compared else {}),
        "started_at": _now(),
        "process": os.getpid(),
        "host": socket.gethostname(),
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
