"""Where runs are logged beside their own folder."""

from pydantic import Field

from melanoma.config.section import Section


class TrackingConfig(Section):
    """Whether, and under which name, runs and models are told to MLflow."""

    mlflow: bool | None = Field(
        None,
        description="Log runs to MLflow: to the server of MLFLOW_TRACKING_URI, else to a SQLite file in the home. "
        "Unset: only where MLFLOW_TRACKING_URI is set.",
    )
    model: str = Field(
        "melanoma",
        pattern=r"^[\w .-]{1,200}$",
        description="The registered model whose aliases follow the promotions. A home has one champion, so that homes "
        "that log to one server need a name each.",
    )
