"""`melanoma balance` ends with the classes before and after, and shows copies where it is asked to."""

import json

import pytest


@pytest.fixture
def command(make_reporting, tmp_path):
    """The command line with a fresh home, whose runs report to a server that is there."""
    return make_reporting(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--preview", "copies.png"], ["--preview copies.png", "one HTML file"]),
        (["--preview", "nowhere/copies.html"], ["there is no folder nowhere"]),
        (["copies.html"], ["copies.html is not expected", "--preview FILE"]),
        (["--set", "balance.operations=[{name: rotat, probability: 1}]"], ["rotat", "did you mean rotate"]),
        (["--set", "balance.operations=[{name: sample, probability: 1}]"], ["sample is no operation"]),
        (["--set", "balance.mode=fil"], ["balance.mode", "'fill', 'add' or 'none'"]),
    ],
)
def test_a_wrong_request_ends_with_one_line_before_anything_is_started(command, drawn_set, arguments, words):
    answer = command("balance", "--data", drawn_set, *arguments)
    assert answer.code == 2
    assert len(answer.err.splitlines()) == 1
    assert all(word in answer.err for word in words), answer.err


def test_classes_before_and_after_are_told_and_the_page_goes_where_it_is_asked_for(command, drawn_set):
    quick = command.quick("balance.images_per_class=12")
    answer = command("balance", "--data", drawn_set, *quick, "--preview", "copies.html")
    assert answer.code == 0, answer.err
    lines = answer.out.splitlines()
    table = [line.split() for line in lines if line.split()[-1].isdigit()]
    assert all(int(row[-3]) + int(row[-2]) == int(row[-1]) for row in table)
    assert all(int(row[-1]) >= 12 for row in table)
    assert lines[-1] == f"page: {command.user / 'copies.html'}"
    page = (command.user / "copies.html").read_text()
    assert "Copies of training images" in page
    told = json.loads(command("balance", "--data", drawn_set, *quick, "--preview", "--json").out)
    assert told["copies"] == sum(entry["copies"] for entry in told["classes"])
    assert told["page"].endswith(f"runs/{told['run_id']}/balance.html")
    record = command.record(told["run_id"])
    assert {record["stages"][name]["state"] for name in ("ingest", "split", "balance", "balance-page")} == {"Cached"}


def test_a_set_that_is_refused_ends_with_exit_code_3(command, drawn_set):
    answer = command("balance", "--data", drawn_set, *command.quick("validation.label_conflict=fail"))
    assert answer.code == 3
    assert "label_conflict is not let through" in answer.err
