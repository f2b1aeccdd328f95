"""A server that others could reach does not start unprotected; a protected one asks who comes."""

import json
import signal
import urllib.error
import urllib.request

import pytest

from tests.processes import free_port, wait_for

AUTH = "user:secret"
BOTH = {"PREFECT_SERVER_API_AUTH_STRING": AUTH, "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true"}


@pytest.mark.parametrize("arguments", [["ui"], ["serve", "--data", "nowhere"]])
@pytest.mark.parametrize("host", ["0.0.0.0", "10.1.2.3", "server.hospital"])
def test_beyond_loopback_an_unprotected_server_is_refused(command, arguments, host):
    answer = command(*arguments, "--host", host)
    assert answer.code == 2
    assert answer.err.splitlines() == [
        f"melanoma: --host {host}: others could reach the server; set PREFECT_SERVER_API_AUTH_STRING=USER:PASSWORD and "
        "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED=true, or leave --host out"
    ]
    assert not command.home.exists()


@pytest.fixture
def protected(command):
    """A protected server on loopback: the command for its clients, and the address of its API."""
    port = free_port()
    ui = command.with_environment(**BOTH).start("ui", "--host", "127.0.0.1", "--port", port)
    wait_for((command.home / "server.json").exists, ui)
    yield f"http://127.0.0.1:{port}/api"
    ui.terminate()
    ui.communicate()
    assert ui.returncode == 128 + signal.SIGTERM


def test_a_protected_server_lets_in_who_knows_the_auth_string_and_the_others_get_one_line(
    command, drawn_set, protected
):
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"{protected}/admin/version")
    stranger = command.with_environment(PREFECT_API_AUTH_STRING="user:guess")
    refused = stranger("run", "--data", drawn_set)
    assert refused.code == 1
    assert refused.err.splitlines() == [
        f"melanoma: {protected}: refuses the auth string; set PREFECT_API_AUTH_STRING as the server has it"
    ]
    assert stranger("doctor").code == 1

    known = command.with_environment(PREFECT_API_AUTH_STRING=AUTH)
    found = known("doctor", "--json")
    results = {entry["check"]: entry for entry in json.loads(found.out)["results"]}
    assert found.code == 0, found.out
    assert results["server's runs"]["text"] == "0 runs alive in the server, or of other homes"
    assert results["servers"]["level"] == "ok"


def test_a_program_that_starts_our_server_is_refused_as_the_commands_are(command):
    code = (
        "import os; from pathlib import Path; from flows.server import ServerPlace, lasting_server\n"
        "with lasting_server(Path('.'), ServerPlace('0.0.0.0', 1)): pass"
    )
    _, err = command.start(code=code).communicate()
    assert "UsageError: --host 0.0.0.0" in err


def test_the_doctor_ends_with_1_where_there_is_a_problem_and_says_how_to_mend_it(command):
    fine = command("doctor")
    bad = command.with_environment(PREFECT_SERVER_API_HOST="0.0.0.0")("doctor")
    assert (fine.code, bad.code) == (0, 1)
    assert "PROBLEM  exposure" in bad.out
    assert "-> set PREFECT_SERVER_API_AUTH_STRING=USER:PASSWORD" in bad.out
    assert not command.home.exists()


def test_the_doctor_does_not_import_a_heavy_library(command):
    code = (
        "import sys; sys.argv = ['melanoma', 'doctor']\n"
        "from flows.command_line import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'prefect', 'tensorflow', 'keras', 'great_expectations'} & set(sys.modules)))"
    )
    out, _ = command.start(code=code).communicate()
    assert out.splitlines()[-1] == "[]"
