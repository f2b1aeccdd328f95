"""A study in PostgreSQL is shared by those who open it at the same time."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from melanoma.errors import UsageError
from melanoma.reporting.search_record import COMPLETE
from melanoma.tuning.study import ask_trial, count_finished, end_trial

URL = "postgresql://nobody@127.0.0.1:1/nothing"


def test_two_who_search_at_once_share_its_trials(open_place, space, postgres):
    def search(process):
        study = open_place(storage=postgres.address())
        for _ in range(4):
            asked = ask_trial(study, space, 5, {"host": "here", "process": process})
            end_trial(study, asked, COMPLETE, [asked.values["train.learning_rate"]] * 2)
            yield asked

    open_place(storage=postgres.address())  # the tables are made once
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda process: list(search(process)), (1, 2))
    assert sorted(asked.number for asked in [*first, *second]) == list(range(8))
    assert len({tuple(asked.values.values()) for asked in [*first, *second]}) == 8
    assert count_finished(open_place(storage=postgres.address())) == 8
    assert postgres.query("select count(*) from trials where state = 'COMPLETE'") == "8"


def test_a_server_that_is_not_there_is_one_line(open_place):
    with pytest.raises(UsageError, match=r"^tune\.storage: postgresql://nobody@127\.0\.0\.1:1/nothing cannot") as told:
        open_place(storage=URL)
    assert "\n" not in str(told.value)


def test_without_the_driver_it_is_said_what_to_install(open_place, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UsageError, match=r"needs a driver that is not installed; install melanoma\[postgres\]$"):
        open_place(storage=URL)
