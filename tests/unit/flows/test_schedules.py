"""What a user says of schedules: read before a server is started, and refused in one line where it names nothing."""

import pytest

from flows.schedules import OWN_TIMES, read_schedules
from melanoma.errors import UsageError


def test_without_a_word_each_deployment_has_its_own_time():
    assert read_schedules([], "UTC").crons == OWN_TIMES


def test_what_is_given_replaces_the_deployment_s_own_time():
    found = read_schedules(["weekly-retrain=0 4 * * 2"], "Asia/Tokyo")
    assert (found.crons, found.timezone) == ({**OWN_TIMES, "weekly-retrain": "0 4 * * 2"}, "Asia/Tokyo")


@pytest.mark.parametrize(
    ("given", "zone", "said"),
    [
        (
            ["moniter=0 6 * * *"],
            "UTC",
            "that has a schedule; did you mean monitor?",
        ),
        (["full=0 6 * * *"], "UTC", "has a schedule; give weekly-retrain=CRON or monitor=CRON"),
        (["0 6 * * *"], "UTC", "has a schedule; give weekly-retrain=CRON or monitor=CRON"),
        (["monitor"], "UTC", "--schedule monitor: names no deployment"),
        (["monitor=0 6 * * *", "monitor=0 7 * * *"], "UTC", "monitor has a schedule already, 0 6 * * *; give one"),
        ([], "Europe/Berlen", "--timezone Europe/Berlen: there is no such zone; did you mean Europe/Berlin"),
        ([], "CEST-1", "--timezone CEST-1: there is no such zone; "),
        ([], "../etc/passwd", "there is no such zone; give one such as UTC or Europe/Berlin"),
    ],
)
def test_what_names_nothing_is_one_line(given, zone, said):
    with pytest.raises(UsageError) as told:
        read_schedules(given, zone)
    assert said in str(told.value)
    assert len(str(told.value).splitlines()) == 1
