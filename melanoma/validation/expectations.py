"""The table checks, as a Great Expectations suite over the manifest."""

import logging
from dataclasses import asdict, dataclass

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult
from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults

from melanoma.config.validate import ValidateConfig

CRITICAL, WARNING = "critical", "warning"


@dataclass(frozen=True)
class Outcome:
    """The result of one expectation."""

    expectation: str
    column: str
    severity: str
    success: bool
    observed: str


def check_tables(usable: pd.DataFrame, unreadable_share: float, config: ValidateConfig) -> list[Outcome]:
    """Run the suite over the images that the audit leaves in.

    Args:
        usable: The manifest's rows that are not excluded.
        unreadable_share: Unreadable files over all files, in [0, 1].
        config: The limits.

    Returns:
        One outcome per expectation, in the suite's order.
    """
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    context = gx.get_context(mode="ephemeral", project_config=_in_memory())
    context.enable_analytics(False)
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_pandas("melanoma")
    table = usable.assign(unreadable_share=unreadable_share)
    batch = (
        source.add_dataframe_asset("manifest")
        .add_batch_definition_whole_dataframe("all")
        .get_batch({"dataframe": table})
    )
    result = batch.validate(gx.ExpectationSuite("manifest", expectations=_expectations(config)))
    return _outcomes(result)


def to_json(outcomes: list[Outcome]) -> list[dict[str, object]]:
    """Return the outcomes as JSON values."""
    return [asdict(outcome) for outcome in outcomes]


def _in_memory() -> DataContextConfig:
    """Return a project without a folder for pages, which would stay behind in the system's temporary folder."""
    return DataContextConfig(store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False))


def _expectations(config: ValidateConfig) -> list[gxe.Expectation]:
    return [
        gxe.ExpectTableRowCountToBeBetween(min_value=config.min_images, severity=CRITICAL),
        gxe.ExpectColumnUniqueValueCountToBeBetween(
            column="diagnosis", min_value=config.min_classes, severity=CRITICAL
        ),
        gxe.ExpectColumnMaxToBeBetween(
            column="unreadable_share", max_value=config.max_unreadable_share, severity=CRITICAL
        ),
        gxe.ExpectColumnValuesToBeUnique(column="image_id", severity=CRITICAL),
        gxe.ExpectColumnValuesToNotBeNull(column="diagnosis", severity=CRITICAL),
        gxe.ExpectColumnValuesToMatchRegex(column="sha256", regex="^[0-9a-f]{64}$", severity=CRITICAL),
        gxe.ExpectColumnValuesToBeInSet(column="publisher_split", value_set=["train", "test"], severity=CRITICAL),
        gxe.ExpectColumnValuesToBeBetween(column="width", min_value=64, severity=WARNING),
        gxe.ExpectColumnValuesToBeBetween(column="height", min_value=64, severity=WARNING),
        gxe.ExpectColumnValuesToBeBetween(column="age_approx", min_value=0, max_value=120, severity=WARNING),
        gxe.ExpectColumnValuesToBeInSet(column="sex", value_set=["male", "female"], severity=WARNING),
    ]


def _outcomes(result: ExpectationSuiteValidationResult) -> list[Outcome]:
    return [
        Outcome(
            expectation=entry.expectation_config.type,
            column=entry.expectation_config.kwargs.get("column", "table"),
            severity=str(getattr(entry.expectation_config.severity, "value", entry.expectation_config.severity)),
            success=bool(entry.success),
            observed=_observed(entry.result),
        )
        for entry in result.results
    ]


def _observed(result: dict[str, object]) -> str:
    if "observed_value" in result:
        return str(result["observed_value"])
    return f"{result.get('unexpected_count', 0)} of {result.get('element_count', 0)} unexpected"
