"""The table checks: named suites of Great Expectations over the manifest, the user's own among them."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults

from melanoma.config.validate import ValidateConfig
from melanoma.validation.bounded import bounded_text

CRITICAL, WARNING = "critical", "warning"
Suites = Mapping[str, Sequence[gxe.Expectation]]
_EXAMPLES = 5


@dataclass(frozen=True)
class Outcome:
    """The result of one expectation; ``expected`` are its bounds, empty where it has none."""

    suite: str
    expectation: str
    column: str
    severity: str
    success: bool
    observed: str
    expected: str = ""


def suites(config: ValidateConfig) -> dict[str, list[gxe.Expectation]]:
    """Return the built-in suites by name.

    Critical is what would falsify results; a warning is what may weaken them.
    """
    return {
        "images": [
            gxe.ExpectTableRowCountToBeBetween(min_value=config.min_images, severity=CRITICAL),
            gxe.ExpectColumnMaxToBeBetween(
                column="unreadable_share", max_value=config.max_unreadable_share, severity=CRITICAL
            ),
            gxe.ExpectColumnValuesToBeUnique(column="image_id", severity=CRITICAL),
            gxe.ExpectColumnValuesToMatchRegex(column="sha256", regex="^[0-9a-f]{64}$", severity=CRITICAL),
            gxe.ExpectColumnValuesToBeBetween(column="width", min_value=64, severity=WARNING),
            gxe.ExpectColumnValuesToBeBetween(column="height", min_value=64, severity=WARNING),
        ],
        "labels": [
            gxe.ExpectColumnUniqueValueCountToBeBetween(
                column="diagnosis", min_value=config.min_classes, severity=CRITICAL
            ),
            gxe.ExpectColumnValuesToNotBeNull(column="diagnosis", severity=CRITICAL),
        ],
        "metadata": [
            gxe.ExpectColumnValuesToBeBetween(column="age_approx", min_value=0, max_value=120, severity=WARNING),
            gxe.ExpectColumnValuesToBeInSet(column="sex", value_set=["male", "female"], severity=WARNING),
        ],
        "published split": [
            gxe.ExpectColumnValuesToBeInSet(column="publisher_split", value_set=["train", "test"], severity=CRITICAL),
        ],
    }


def check_tables(usable: pd.DataFrame, unreadable_share: float, chosen: Suites) -> list[Outcome]:
    """Run suites over the images that the audit leaves in.

    Args:
        usable: The manifest's rows that are not excluded, with the diagnosis that is used.
        unreadable_share: Unreadable files over all files, in [0, 1].
        chosen: The suites by name.

    Returns:
        One outcome per expectation, suite by suite.
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
    return [
        _outcome(name, entry)
        for name, expectations in chosen.items()
        for entry in batch.validate(gx.ExpectationSuite(name, expectations=list(expectations))).results
    ]


def failures(outcomes: Sequence[Outcome]) -> list[str]:
    """Return in words each critical expectation that is not met."""
    return [_tell(outcome) for outcome in outcomes if outcome.severity == CRITICAL and not outcome.success]


def to_json(outcomes: Sequence[Outcome]) -> list[dict[str, object]]:
    """Return the outcomes as JSON values."""
    return [asdict(outcome) for outcome in outcomes]


def _tell(outcome: Outcome) -> str:
    text = f"{outcome.expectation} on {outcome.column} failed: {outcome.observed}"
    return f"{text}, expected {outcome.expected}" if outcome.expected else text


def _in_memory() -> DataContextConfig:
    """Return a project without a folder for pages, which would stay behind in the system's temporary folder."""
    return DataContextConfig(store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False))


def _outcome(suite: str, entry: ExpectationValidationResult) -> Outcome:
    config = entry.expectation_config
    return Outcome(
        suite=suite,
        expectation=config.type,
        column=bounded_text(_columns(config.kwargs)),
        severity=str(getattr(config.severity, "value", config.severity)),
        success=bool(entry.success),
        observed=_observed(entry),
        expected=bounded_text(_bounds(config.kwargs)),
    )


def _columns(kwargs: Mapping[str, Any]) -> str:
    named = [kwargs[name] for name in ("column", "column_A", "column_B") if name in kwargs]
    return ", ".join(map(str, [*named, *kwargs.get("column_list", ())])) or "table"


def _bounds(kwargs: Mapping[str, Any]) -> str:
    """Say between which bounds a value has to be; nothing if the expectation has none."""
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    if low is None and high is None:
        return ""
    if low is None:
        return f"{high} or less"
    return f"{low} or more" if high is None else f"{low} to {high}"


def _observed(entry: ExpectationValidationResult) -> str:
    """Say what was seen, with a few of the values that were not expected."""
    result = entry.result
    if "observed_value" in result:
        return bounded_text(result["observed_value"])
    if "unexpected_count" not in result:
        return bounded_text(_exception(entry.exception_info) or "could not be checked")
    values = list(dict.fromkeys(map(str, result.get("partial_unexpected_list") or ())))[:_EXAMPLES]
    such_as = f", such as {', '.join(bounded_text(value, 40) for value in values)}" if values else ""
    return f"{result['unexpected_count']} of {result.get('element_count', 0)} unexpected{such_as}"


def _exception(info: Mapping[str, Any] | None) -> str:
    """Return the first message of an expectation that could not be carried out; its place in the record varies."""
    for value in (info or {}).values():
        if isinstance(value, Mapping) and value.get("exception_message"):
            return str(value["exception_message"])
    return str((info or {}).get("exception_message") or "")
