"""`melanoma report` says where the report is, prints it, opens it, and leaves nothing half-written behind."""

import json
import tempfile
import time
from pathlib import Path

import pytest

from melanoma.artifacts.record import Made, Recipe
from melanoma.artifacts.store import ArtifactStore
from melanoma.reporting.html import render_html
from melanoma.runs import RunFolder, link_files, note_stage
from tests.unit.reporting.evidence_factory import build_evidence

RUN_ID = "20261123-211500-1f3c9a2b"
CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture
def run_folder(command):
    """A home with one finished run that has nothing but a report."""
    folder = command.home / "runs" / RUN_ID
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(json.dumps({"run_id": RUN_ID, "status": "finished", "stages": {}}))
    (folder / "report.html").write_text(render_html(build_evidence()), encoding="utf-8")
    (command.home / "runs" / "latest").symlink_to(RUN_ID)
    return folder


@pytest.fixture
def short_folder():
    """A folder for temporary files whose path is short enough for Chromium's socket."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


def browser(folder, script):
    """A program that stands for a browser."""
    program = folder / "browser"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return str(program)


@pytest.mark.parametrize("name", ["latest", RUN_ID, "20261123"])
def test_it_prints_the_path_of_the_report(command, run_folder, name):
    answer = command("report", name)
    assert (answer.code, answer.out) == (0, f"{run_folder / 'report.html'}\n")
    told = json.loads(command("report", name, "--json").out)
    assert told == {"run_id": RUN_ID, "format": "html", "path": str(run_folder / "report.html")}


def test_it_writes_a_copy_where_it_is_asked_to(command, run_folder):
    answer = command("report", "--out", "mine.html")
    assert answer.out == f"{command.user / 'mine.html'}\n"
    assert (command.user / "mine.html").read_bytes() == (run_folder / "report.html").read_bytes()
    assert [path.name for path in command.user.iterdir()] == ["mine.html"]


@pytest.mark.parametrize("options", [[], ["--json"], ["--out", "mine.html"], ["--open"]])
def test_the_report_of_a_run_with_damaged_predictions_is_not_given_out(command, run_folder, options):
    def write(folder):
        (folder / "predictions.parquet").write_bytes(b"PAR1 and what follows")
        (folder / "metrics.json").write_text("{}")
        return Made()

    made = ArtifactStore(command.home).obtain(Recipe("evaluate", {}), write).artifact
    run = RunFolder(command.home, RUN_ID)
    link_files(run, made, "predictions.parquet", "metrics.json")
    note_stage(run, "evaluate", {"key": made.key, "digest": made.digest})
    assert command("report").code == 0
    damaged = run_folder / "predictions.parquet"
    damaged.chmod(0o644)
    damaged.write_bytes(damaged.read_bytes()[:-1])
    answer = command("report", *options)
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == (
        f"melanoma: {damaged}: was changed, so the run cannot be relied on; run the pipeline again, or see melanoma "
        f"verify {RUN_ID}\n"
    )
    assert not list(command.user.iterdir())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["report", "2025"], ["run 2025", "0 runs match"]),
        (["report", "--out", "mine.pdf"], ["mine.pdf", ".html", "--format"]),
        (["report", "--format", "pdf", "--out", "mine.html"], ["mine.html", ".pdf"]),
        (["report", "--out", "nowhere/mine.html"], ["no folder nowhere"]),
        (["report", "--format", "docx"], ["docx"]),
    ],
)
def test_what_cannot_be_is_one_line_and_exit_code_2(command, run_folder, arguments, words):
    answer = command(*arguments)
    assert (answer.code, len(answer.err.splitlines())) == (2, 1)
    assert all(word in answer.err for word in words), answer.err


def test_a_run_without_a_report_says_how_it_ended(command, run_folder):
    (run_folder / "report.html").unlink()
    (run_folder / "run.json").write_text(json.dumps({"run_id": RUN_ID, "status": "failed", "stages": {}}))
    answer = command("report")
    assert answer.code == 2
    assert f"run {RUN_ID}: is failed and has no report.html" in answer.err


def test_without_a_browser_there_is_one_line_and_no_file(command, run_folder):
    answer = command.with_environment(PATH=str(command.user))("report", "--format", "pdf")
    assert (answer.code, len(answer.err.splitlines())) == (2, 1)
    assert "no Chromium, Chrome or Edge" in answer.err
    assert "MELANOMA_BROWSER" in answer.err
    assert not list(run_folder.glob("*.pdf"))
    wrong = command.with_environment(MELANOMA_BROWSER="no-such-browser")("report", "--format", "pdf")
    assert (wrong.code, "MELANOMA_BROWSER=no-such-browser" in wrong.err) == (2, True)


@pytest.mark.parametrize("script", ["exit 3", "for a; do case $a in --print-to-pdf=*) echo cut > ${a#*=};; esac; done"])
def test_a_browser_that_prints_no_pdf_leaves_the_earlier_one_as_it_was(command, run_folder, tmp_path, script):
    (run_folder / "report.pdf").write_bytes(b"%PDF earlier")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    other = command.with_environment(MELANOMA_BROWSER=browser(tmp_path, script), TMPDIR=str(temporary))
    answer = other("report", "--format", "pdf")
    assert (answer.code, len(answer.err.splitlines())) == (1, 1)
    assert "printed no PDF" in answer.err
    assert (run_folder / "report.pdf").read_bytes() == b"%PDF earlier"
    assert list(temporary.iterdir()) == []


def test_open_hands_the_report_to_the_named_browser(command, run_folder, tmp_path):
    seen = tmp_path / "seen"
    script = f'printf %s "$1" > {seen}.part; mv {seen}.part {seen}'
    other = command.with_environment(MELANOMA_BROWSER=browser(tmp_path, script))
    assert other("report", "--open").code == 0
    for _ in range(500):  # it is started and not waited for
        if not seen.exists():
            time.sleep(0.02)
    assert seen.read_text() == (run_folder / "report.html").as_uri()


def test_chromium_prints_a_pdf_and_leaves_nothing_else(command, run_folder, short_folder):
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is absent; install Chromium to print a report")
    answer = command.with_environment(TMPDIR=str(short_folder))("report", "--format", "pdf")
    assert answer.out == f"{run_folder / 'report.pdf'}\n"
    printed = (run_folder / "report.pdf").read_bytes()
    assert printed.startswith(b"%PDF")
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") > 3
    assert sorted(path.name for path in run_folder.iterdir()) == ["report.html", "report.pdf", "run.json"]
    assert list(short_folder.iterdir()) == []


def test_a_long_path_of_temporary_files_does_not_keep_chromium_from_printing(command, run_folder, tmp_path):
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is absent; install Chromium to print a report")
    long = tmp_path / ("x" * 80)
    long.mkdir()
    assert command.with_environment(TMPDIR=str(long))("report", "--format", "pdf").code == 0
    assert list(long.iterdir()) == []
