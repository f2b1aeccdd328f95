"""The whole configuration: one frozen section per stage."""

from pydantic import Field

from melanoma.config.balance import BalanceConfig
from melanoma.config.data import DataConfig
from melanoma.config.evaluate import EvaluateConfig
from melanoma.config.explain import ExplainConfig
from melanoma.config.gates import GatesConfig
from melanoma.config.ingest import IngestConfig
from melanoma.config.report import ReportConfig
from melanoma.config.robustness import RobustnessConfig
from melanoma.config.section import Section
from melanoma.config.split import SplitConfig
from melanoma.config.tracking import TrackingConfig
from melanoma.config.train import TrainConfig
from melanoma.config.tune import TuneConfig
from melanoma.config.validate import ValidateConfig


class PipelineConfig(Section):
    """Everything that decides what a run computes, and where."""

    seed: int = Field(123, ge=0, lt=2**31, description="Every random choice derives from it; the notebook's 123.")
    runner: str = Field(
        "threads",
        pattern=r"^(threads|dask|tcp://[^\s/]+:\d+)$",
        description="Where shards and trials are made. threads: in this process. dask: by a Dask cluster of processes "
        "on this machine, begun for the run. tcp://HOST:PORT: by a Dask scheduler's workers. It is part of no key.",
    )
    data: DataConfig = Field(default_factory=DataConfig)
    ingest: IngestConfig = Field(default_factory=IngestConfig)
    validation: ValidateConfig = Field(default_factory=ValidateConfig)
    split: SplitConfig = Field(default_factory=SplitConfig)
    balance: BalanceConfig = Field(default_factory=BalanceConfig)
    train: TrainConfig = Field(default_factory=TrainConfig)
    tune: TuneConfig = Field(default_factory=TuneConfig)
    evaluate: EvaluateConfig = Field(default_factory=EvaluateConfig)
    robustness: RobustnessConfig = Field(default_factory=RobustnessConfig)
    explain: ExplainConfig = Field(default_factory=ExplainConfig)
    report: ReportConfig = Field(default_factory=ReportConfig)
    gates: GatesConfig = Field(default_factory=GatesConfig)
    tracking: TrackingConfig = Field(default_factory=TrackingConfig)

    def section(self, name: str) -> Section:
        """Return the section of a stage by its name in the file."""
        section: Section = getattr(self, name)
        return section
