"""When the deployments of `melanoma serve` run by themselves: at their own times, or at those that the user gives.

Nothing of Prefect is imported here, so that a wrong name or zone is told before a server is started.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import available_timezones

from melanoma.config.operations import suggest
from melanoma.errors import UsageError

WEEKLY_RETRAIN, MONITOR = "weekly-retrain", "monitor"
OWN_TIMES = {WEEKLY_RETRAIN: "0 3 * * 1", MONITOR: "0 6 * * *"}


@dataclass(frozen=True)
class Schedules:
    """When each scheduled deployment runs.

    Attributes:
        crons: A cron expression by the deployment's name: minute, hour, day of the month, month, day of the week.
        timezone: The IANA zone of these times.
    """

    crons: Mapping[str, str]
    timezone: str


def read_schedules(given: Sequence[str], timezone: str) -> Schedules:
    """Return the times that a user gives, and a deployment's own where none is given.

    Whether an expression is one is told later, by Prefect's own check.

    Args:
        given: Texts such as ``monitor=0 6 * * *``.
        timezone: The IANA zone of all times, such as ``Europe/Berlin``.

    Raises:
        UsageError: If a text names no deployment, one is named twice, or there is no such zone.
    """
    zones = dict.fromkeys(available_timezones())
    if timezone not in zones:
        close = suggest(timezone, zones) or "; give one such as UTC or Europe/Berlin"
        raise UsageError(f"--timezone {timezone}: there is no such zone{close}")
    crons: dict[str, str] = {}
    for text in given:
        name, equals, cron = (part.strip() for part in text.partition("="))
        if not equals or name not in OWN_TIMES:
            close = suggest(name, OWN_TIMES) or f"; give {' or '.join(f'{one}=CRON' for one in OWN_TIMES)}"
            raise UsageError(f"--schedule {text}: names no deployment that has a schedule{close}")
        if name in crons:
            raise UsageError(f"--schedule {text}: {name} has a schedule already, {crons[name]}; give one")
        crons[name] = cron
    return Schedules({**OWN_TIMES, **crons}, timezone)
