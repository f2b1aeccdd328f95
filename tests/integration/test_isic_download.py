"""Downloads from an archive whose line cuts, delays, repeats, damages and lies."""

import csv
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from flows.archive import download_set
from melanoma.data.isic_archive.download import DownloadReport, download_images
from melanoma.data.isic_archive.patience import Patience
from melanoma.data.isic_archive.request import DownloadRequest
from melanoma.data.listing import list_source
from melanoma.errors import SourceError, UsageError
from tests.integration.archive_server import (
    SEARCH,
    ArchiveServer,
    both,
    corrupt,
    cut,
    delay,
    endless,
    running_archive,
    says,
    status,
    without,
)

REPOSITORY = Path(__file__).resolve().parents[2]
FIRST, SECOND = "ISIC_0000001", "ISIC_0000002"
FIRST_FILE, SECOND_FILE = f"/files/{FIRST}.jpg", f"/files/{SECOND}.jpg"
ROOMY = 10**12


class Caller:
    """Downloads into one folder without waiting, and remembers the waits and what was told."""

    def __init__(self, archive: ArchiveServer, folder: Path) -> None:
        self.archive, self.folder = archive, folder
        self.waits: list[float] = []
        self.told: list[str] = []
        self.free = ROOMY
        self.request = DownloadRequest(base_url=archive.url, workers=3)

    def __call__(self, **changes: object) -> DownloadReport:
        patience = Patience(attempts=3, timeout_s=0.4, sleep=self.waits.append)
        return download_images(
            replace(self.request, **changes),
            self.folder,
            lambda text, _: self.told.append(text),
            patience,
            self.free_bytes,
        )

    def free_bytes(self, _: Path) -> int:
        return self.free

    def images(self) -> dict[str, bytes]:
        return {path.stem: path.read_bytes() for path in self.folder.glob("*.jpg")}

    def rows(self, name: str) -> list[dict[str, str]]:
        with (self.folder / name).open(newline="", encoding="utf-8") as stream:
            return list(csv.DictReader(stream))

    def failed(self) -> dict[str, str]:
        return {row["isic_id"]: row["reason"] for row in self.rows("failed.csv")}


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    """The local server is reached directly, whatever the environment's proxies are."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def call(archive: ArchiveServer, tmp_path: Path) -> Caller:
    return Caller(archive, tmp_path / "set")


def test_every_image_arrives_byte_for_byte_with_its_metadata_attribution_and_licence(archive, call):
    report = call()
    assert (report.asked, report.fetched, report.kept, report.failed, report.exit_code) == (7, 7, 0, (), 0)
    assert call.images() == archive.files
    rows = call.rows("metadata.csv")
    assert [row["isic_id"] for row in rows] == list(archive.files)
    assert list(rows[0]) == [
        "isic_id",
        "attribution",
        "copyright_license",
        "age_approx",
        "diagnosis_1",
        "diagnosis_3",
        "image_type",
        "melanocytic",
        "pixels_x",
        "pixels_y",
    ]
    assert rows[0]["diagnosis_3"] == "Melanoma, NOS"
    assert (call.folder / "attribution.txt").read_text() == "Hospital Clinic\n\nAnonymous"
    assert (call.folder / "licenses" / "CC-0.txt").read_text() == "the text of CC-0"
    assert (call.folder / "licenses" / "CC-BY.txt").exists()
    assert not (call.folder / "failed.csv").exists()


def test_the_search_carries_query_collections_and_who_asks(archive, call):
    call(query='diagnosis_3:"Melanoma Invasive" AND sex:male', collections=(70, 2))
    first = archive.asked[0]
    assert first.query == {
        "query": 'diagnosis_3:"Melanoma Invasive" AND sex:male',
        "collections": "70,2",
        "limit": "100",
    }
    assert first.user_agent.startswith("melanoma/")


def test_a_limit_asks_for_no_page_and_no_image_beyond_it(archive, call):
    assert call(limit=4).fetched == 4
    assert sorted(call.images()) == list(archive.files)[:4]
    assert len(archive.paths(SEARCH)) == 2


def test_a_second_call_fetches_no_image_again(archive, call):
    call()
    archive.heal()
    report = call()
    assert (report.fetched, report.kept) == (0, 7)
    assert archive.paths("/files/") == []


def test_an_image_that_is_cut_goes_on_from_where_it_was_cut(archive, call):
    archive.on(FIRST_FILE, cut(1000))
    assert call().exit_code == 0
    ranges = [request.range for request in archive.asked if request.path == FIRST_FILE]
    assert ranges == [None, "bytes=1000-"]
    assert call.images() == archive.files


def test_an_image_that_is_cut_starts_over_where_the_server_knows_no_ranges(archive, call):
    archive.with_ranges = False
    archive.on(FIRST_FILE, cut(1000), cut(2000))
    assert call().exit_code == 0
    assert call.images() == archive.files


def test_an_image_that_ends_early_without_a_word_of_its_length_goes_on(archive, call):
    archive.on(FIRST_FILE, lambda reply: replace(reply, sent=500, with_length=False))
    assert call().exit_code == 0
    assert call.images() == archive.files


def test_a_partial_file_is_gone_on_with_by_the_next_call_and_never_counts_as_an_image(archive, call):
    archive.on(FIRST_FILE, *[cut(1000), cut(10), cut(10)])
    report = call()
    assert [failure.isic_id for failure in report.failed] == [FIRST]
    assert len(list_source(call.folder).images) == 6
    archive.heal()
    assert call().exit_code == 0
    assert [request.range for request in archive.asked if request.path.startswith("/files/")] == ["bytes=1020-"]
    assert call.images() == archive.files
    assert list(call.folder.glob("*.part")) + list(call.folder.glob(".*.part")) == []


def test_a_partial_file_of_other_bytes_is_noticed_by_the_checksum_and_fetched_anew(archive, call):
    call.folder.mkdir()
    (call.folder / f".{FIRST}.jpg.part").write_bytes(b"\xff\xd8" + bytes(998))
    assert call().exit_code == 0
    assert call.images() == archive.files


@pytest.mark.parametrize("span", ["bytes 0-{last}/{size}", "bytes 1000-{last}/9{size}", "bytes */{size}", ""])
def test_an_answer_with_another_range_starts_over(archive, call, span):
    size = len(archive.files[FIRST])
    other = {"Content-Range": span.format(last=size - 1, size=size)}
    archive.on(FIRST_FILE, cut(1000), lambda reply: replace(reply, headers={**reply.headers, **other}))
    assert call().exit_code == 0
    assert [request.range for request in archive.asked if request.path == FIRST_FILE] == [None, "bytes=1000-", None]
    assert call.images() == archive.files


def test_an_answer_that_is_later_than_the_timeout_is_asked_for_again(archive, call):
    archive.on(FIRST_FILE, delay(0.8))
    archive.on(SEARCH, delay(0.8))
    assert call().exit_code == 0
    assert call.images() == archive.files


def test_a_busy_server_is_given_the_time_that_it_asks_for(archive, call):
    archive.on(FIRST_FILE, status(429, Retry_After="7"))
    archive.on(
        SECOND_FILE, status(503, Retry_After="Tue, 24 Nov 2026 10:01:00 GMT", Date="Tue, 24 Nov 2026 10:00:00 GMT")
    )
    assert call().exit_code == 0
    assert sorted(call.waits) == [7, 60]


def test_waits_grow_and_end_in_a_failure_that_the_next_call_tries_again_alone(archive, call):
    archive.always(FIRST_FILE, status(500))
    report = call()
    assert report.exit_code == 1
    assert len(archive.paths(FIRST_FILE)) == 3
    assert 0.5 <= call.waits[0] < 1.5
    assert 1 <= call.waits[1] < 3
    assert call.failed() == {FIRST: "the server answers 500"}
    assert [row["isic_id"] for row in call.rows("metadata.csv")] == list(archive.files)
    archive.heal()
    report = call()
    assert (report.fetched, report.kept, report.exit_code) == (1, 6, 0)
    assert archive.paths("/files/") == [FIRST_FILE]
    assert not (call.folder / "failed.csv").exists()


def test_what_the_server_refuses_for_good_is_not_tried_again(archive, call):
    archive.always(FIRST_FILE, status(400))
    call()
    assert call.waits == []
    assert call.failed() == {FIRST: "the server answers 400"}


def test_an_address_that_has_expired_is_asked_for_anew(archive, call):
    archive.always(FIRST_FILE, status(403))
    fresh = f"/files/{FIRST}.jpg?signature=new"

    def renew(reply):
        archive.standing.pop(FIRST_FILE)
        archive.entries[FIRST]["files"]["full"]["url"] = archive.url.replace("/api/v2/", fresh)
        return archive.right_answer(archive.asked[-1])

    archive.on(f"/api/v2/images/{FIRST}/", renew)
    assert call().exit_code == 0
    assert [request.query for request in archive.asked if request.path == FIRST_FILE] == [{}, {"signature": "new"}]
    assert call.images() == archive.files


def test_an_image_that_is_not_there_is_listed_as_failed(archive, call):
    del archive.files[FIRST]
    assert call().exit_code == 1
    assert call.failed() == {FIRST: "the server answers 404"}


def test_damaged_bytes_of_the_right_length_are_noticed_by_the_checksum(archive, call):
    archive.on(FIRST_FILE, corrupt(4000))
    archive.always(SECOND_FILE, corrupt(4000))
    call()
    assert call.images() == {name: content for name, content in archive.files.items() if name != SECOND}
    assert "checksum" in call.failed()[SECOND]
    assert not (call.folder / f".{SECOND}.jpg.part").exists()


def test_a_page_of_html_in_place_of_an_image_is_noticed_without_a_checksum(archive, call):
    size = archive.entries[FIRST]["files"]["full"]["size"]
    archive.always(FIRST_FILE, both(says(b"<html>sign in</html>".ljust(size)), without("ETag")))
    call()
    assert call.failed() == {FIRST: "what the server sends is no whole picture: not an image, whatever its name says"}


def test_an_image_whose_end_is_blank_is_noticed_without_a_checksum(archive, call):
    half = archive.files[FIRST][: len(archive.files[FIRST]) // 2]
    archive.always(FIRST_FILE, both(says(half.ljust(len(archive.files[FIRST]), b"\0")), without("ETag")))
    call()
    assert "no whole picture" in call.failed()[FIRST]


@pytest.mark.parametrize("difference", [-100, 100])
def test_a_record_that_lies_about_the_size_is_a_failure_and_leaves_no_image(archive, call, difference):
    archive.entries[FIRST]["files"]["full"]["size"] += difference
    call()
    assert "record says" in call.failed()[FIRST]
    assert FIRST not in call.images()


def test_an_answer_of_another_length_is_asked_for_again(archive, call):
    archive.on(FIRST_FILE, says(b"<html>busy</html>"), endless)
    assert call().exit_code == 0
    assert call.images() == archive.files


def test_no_more_bytes_are_kept_than_the_record_declares(archive, call):
    archive.always(FIRST_FILE, endless)
    call()
    assert "sends more" in call.failed()[FIRST]
    assert sum(path.stat().st_size for path in call.folder.glob(f"*{FIRST}*")) == 0


@pytest.mark.parametrize(
    "name", ["../../evil", "/etc/evil", "ISIC_00000012", "ISIC_0000001\n", "ISIC_١٢٣٤٥٦٧", None, 7]
)
def test_an_id_that_is_none_never_becomes_a_path(archive, call, name, tmp_path):
    archive.entries[FIRST]["isic_id"] = name
    report = call()
    assert (report.asked, len(report.failed), report.exit_code) == (7, 1, 1)
    assert "isic_id" in report.failed[0].reason
    assert sorted(call.images()) == list(archive.files)[1:]
    assert [path.name for path in tmp_path.iterdir()] == ["set"]
    assert FIRST_FILE not in archive.paths("/files/")


def test_a_licence_whose_name_is_a_path_is_refused(archive, call, tmp_path):
    archive.entries[FIRST]["copyright_license"] = "../../evil"
    call()
    assert "copyright_license" in call.failed()[FIRST]
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://127.0.0.1/a.jpg", "//127.0.0.1/a.jpg", 5])
def test_an_address_that_is_not_of_the_web_is_refused(archive, call, address):
    archive.entries[FIRST]["files"]["full"]["url"] = address
    call()
    assert "files.full.url" in call.failed()[FIRST]


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://127.0.0.1/a.jpg", "http://[::1", "data:,x"])
def test_a_redirect_away_from_the_web_is_refused(archive, call, address):
    archive.always(FIRST_FILE, status(302, Location=address))
    call()
    assert re.search("address is|Invalid URL", call.failed()[FIRST])
    assert FIRST not in call.images()


def test_a_redirect_within_the_web_is_followed_and_one_in_a_circle_ends(archive, call):
    archive.files["moved"] = archive.files[FIRST]
    archive.always(FIRST_FILE, status(302, Location="/files/moved.jpg"))
    archive.always(SECOND_FILE, status(302, Location=SECOND_FILE))
    call()
    assert call.images()[FIRST] == archive.files[FIRST]
    assert call.failed() == {SECOND: "redirects more than 5 times"}


def test_pages_and_ids_that_come_twice_count_once(archive, call):
    archive.order = [*archive.order[:3], *archive.order[:3], *archive.order]
    report = call()
    assert (report.asked, report.fetched, report.unlisted) == (7, 7, 0)
    assert len(archive.paths("/files/")) == 7
    assert [row["isic_id"] for row in call.rows("metadata.csv")] == list(archive.files)


def test_an_entry_that_comes_again_damaged_does_not_replace_the_good_one(archive, call):
    archive.order, archive.page_images = [*archive.files, FIRST], 7
    archive.on(SEARCH, lambda reply: reply, says(b'{"results": [{"isic_id": "ISIC_0000001"}], "next": null}'))
    report = call()
    assert (report.fetched, report.failed) == (7, ())


def test_a_page_that_is_mixed_up_once_is_asked_for_again(archive, call):
    pages = []
    archive.on(SEARCH, lambda reply: pages.append(reply) or reply, lambda _: pages[0])
    assert call().fetched == 7


def test_pages_that_lead_back_for_ever_end_in_an_error_that_names_the_address(archive, call):
    pages = []
    archive.on(SEARCH, lambda reply: pages.append(reply) or reply)
    archive.always(SEARCH, lambda _: pages[0])
    with pytest.raises(SourceError, match=r"^http://\S+/images/search/\S+: the next page, \S+ was there before;"):
        call()
    archive.heal()
    assert call().fetched == 7


def test_pages_without_news_for_ever_end_in_an_error(archive, call):
    archive.order = archive.order[:3] * 200
    with pytest.raises(SourceError, match="20 pages without a new image"):
        call()
    assert len(archive.paths(SEARCH)) < 25
    archive.order = list(archive.files)
    assert call().fetched == 7


def test_pages_that_the_archive_loses_are_told(archive, call):
    archive.on(SEARCH, lambda reply: replace(reply, body=reply.body.replace(b'"count": 7', b'"count": 9')))
    assert call().unlisted == 2


def test_a_search_that_is_cut_goes_on_with_the_page_that_is_missing(archive, call):
    archive.on(SEARCH, lambda reply: reply, lambda reply: reply, cut(100), status(500), cut(0))
    with pytest.raises(SourceError, match=r"^http://\S+: .*; the same command goes on from there$"):
        call()
    assert call.images() == {}
    archive.heal()
    assert call().fetched == 7
    assert len(archive.paths(SEARCH)) == 1


def test_a_line_of_the_journal_that_is_cut_costs_one_page(archive, call):
    archive.on(SEARCH, lambda reply: reply, lambda reply: reply, *[status(500)] * 3)
    with pytest.raises(SourceError):
        call()
    archive.heal()
    journal = call.folder / ".isic-search.jsonl"
    journal.write_bytes(journal.read_bytes()[:-20])
    assert call().fetched == 7
    assert len(archive.paths(SEARCH)) == 2


@pytest.mark.parametrize(
    "body",
    [b"[]", b'"x"', b"{}", b'{"results": {}}', b'{"results": [], "next": 5}', b"<html>", b"\xff\xfe", b"[" * 10**5],
)
def test_an_answer_of_the_wrong_shape_is_one_line_that_names_the_address(archive, call, body):
    archive.always(SEARCH, says(body))
    with pytest.raises(SourceError, match=r"^http://\S+/images/search/\S+: [^\n]+$"):
        call()


def test_an_entry_of_the_wrong_shape_fails_alone(archive, call):
    archive.entries[FIRST] = ["not", "an", "entry"]
    archive.entries[SECOND]["files"] = {"full": {"url": archive.url, "size": "12"}}
    report = call()
    assert report.fetched == 5
    assert [failure.isic_id for failure in report.failed] == ["(none)", SECOND]


def test_a_query_that_the_archive_does_not_understand_is_a_usage_error(archive, call):
    archive.always(SEARCH, status(400))
    with pytest.raises(UsageError, match="does not understand the query 'sex:'"):
        call(query="sex:")


def test_a_query_without_images_is_a_usage_error(archive, call):
    archive.order = []
    with pytest.raises(UsageError, match="no image of the archive matches"):
        call(query="sex:none")


def test_a_server_that_is_not_there_is_one_line(call):
    with pytest.raises(SourceError, match=r"^http://127.0.0.1:9/\S+: the connection failed"):
        call(base_url="http://127.0.0.1:9/api/v2/")


def test_a_disk_that_is_too_small_is_noticed_before_the_first_image(archive, call):
    call.free = 1000
    total = sum(map(len, archive.files.values()))
    with pytest.raises(SourceError, match=f"7 images need {total / 1000:.1f} kB, 1.0 kB are free; free some space"):
        call()
    assert archive.paths("/files/") == []
    call.free = total
    assert call().exit_code == 0


def test_files_of_the_user_are_neither_replaced_nor_removed(archive, call):
    call.folder.mkdir()
    mine = {
        f"{FIRST}.jpg": b"my own",
        "notes.txt": b"my notes",
        "failed.csv": b"mine",
        f"{SECOND}.jpg.part": b"mine too",
    }
    for name, content in mine.items():
        (call.folder / name).write_bytes(content)
    with pytest.raises(UsageError, match=r"failed.csv: no download wrote this file as it is; move it away"):
        call()
    assert {name: (call.folder / name).read_bytes() for name in mine} == mine
    assert archive.asked == []
    (call.folder / "failed.csv").unlink()
    report = call()
    size = archive.entries[FIRST]["files"]["full"]["size"]
    assert [failure.reason for failure in report.failed] == [
        f"{FIRST}.jpg has 6 bytes, not {size}; move it away to fetch it"
    ]
    assert (call.folder / f"{FIRST}.jpg").read_bytes() == b"my own"


def test_a_file_that_appears_while_its_image_is_fetched_is_not_replaced(archive, call):
    def appear(reply):
        (call.folder / f"{FIRST}.jpg").write_bytes(b"mine")
        return reply

    archive.on(FIRST_FILE, appear)
    call()
    assert (call.folder / f"{FIRST}.jpg").read_bytes() == b"mine"
    assert call.failed() == {FIRST: f"{FIRST}.jpg appeared while it was fetched; it was left as it is"}


def test_metadata_that_a_user_changed_is_not_replaced(archive, call):
    call()
    path = call.folder / "metadata.csv"
    path.write_text("isic_id\nmine\n")
    with pytest.raises(UsageError, match=r"metadata.csv: no download wrote this file as it is"):
        call()
    assert path.read_text() == "isic_id\nmine\n"


def test_metadata_that_the_archive_changed_is_renewed(archive, call):
    call()
    archive.entries[FIRST]["metadata"]["clinical"]["age_approx"] = 55
    call()
    assert call.rows("metadata.csv")[0]["age_approx"] == "55"


def test_text_that_a_spreadsheet_would_run_is_written_as_text(archive, call):
    archive.entries[FIRST]["attribution"] = "=HYPERLINK(0)"
    archive.entries[FIRST]["metadata"]["clinical"]["age_approx"] = -2.5
    call()
    row = call.rows("metadata.csv")[0]
    assert (row["attribution"], row["age_approx"]) == ("'=HYPERLINK(0)", "-2.5")


def test_a_licence_whose_text_is_not_given_names_where_it_is(archive, call):
    archive.always("/api/v2/zip-download/license-file/CC-0/", status(404))
    assert call().exit_code == 0
    assert "creativecommons.org/publicdomain/zero" in (call.folder / "licenses" / "CC-0.txt").read_text()


def test_an_archive_that_is_down_is_not_asked_for_every_image(tmp_path):
    with running_archive(60) as archive:
        archive.page_images = 100
        for name in archive.files:
            archive.always(f"/files/{name}.jpg", status(503))
        call = Caller(archive, tmp_path / "set")
        report = call()
        assert len(report.failed) == 60
        assert len(archive.paths("/files/")) <= 3 * (25 + 2 * call.request.workers)
        assert "not tried: 25 images in a row got no answer" in call.failed().values()


def test_many_damaged_images_do_not_keep_the_others(tmp_path):
    with running_archive(40) as archive:
        for name in list(archive.files)[:30]:
            archive.always(f"/files/{name}.jpg", corrupt(4000))
        report = Caller(archive, tmp_path / "set")()
    assert (report.fetched, len(report.failed)) == (10, 30)


def test_whoever_stops_a_download_stops_all_of_it(tmp_path):
    with running_archive(40) as archive:
        archive.page_images = 100
        call = Caller(archive, tmp_path / "set")

        def stop_at_the_first(text, _):
            if text.startswith("fetched"):
                raise KeyboardInterrupt(text)

        with pytest.raises(KeyboardInterrupt, match="fetched 1 of 40 images"):
            download_images(call.request, call.folder, stop_at_the_first)
        asked = len(archive.paths("/files/"))
        assert asked < 40
        assert all(content == archive.files[name] for name, content in call.images().items())
        report = call()
        assert report.exit_code == 0
        assert report.kept + report.fetched == 40


def test_two_downloads_do_not_share_a_folder(call):
    call.folder.mkdir()
    with (
        FileLock(call.folder / ".isic-download.lock"),
        pytest.raises(UsageError, match="another download is under way"),
    ):
        call()


def test_progress_is_told_from_search_to_last_image(archive, call):
    call()
    assert call.told[:2] == ["searching: 3 images found", "searching: 6 images found"]
    total = sum(map(len, archive.files.values())) / 1000
    assert call.told[2] == f"7 images found; 7 to fetch, {total:.1f} kB"
    assert call.told[-1] == "fetched 7 of 7 images"


KILLED = """
import sys
from pathlib import Path
from melanoma.data.isic_archive.download import download_images
from melanoma.data.isic_archive.request import DownloadRequest
download_images(DownloadRequest(base_url=sys.argv[1], workers=2), Path(sys.argv[2]), lambda *_: None)
"""


def test_a_killed_download_leaves_whole_images_and_is_gone_on_with(archive, call):
    archive.always("/files/ISIC_0000004.jpg", both(cut(2000), delay(5)))
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, archive.url, str(call.folder)], env={**os.environ, "PYTHONPATH": str(REPOSITORY)}
    )
    while process.poll() is None and "/files/ISIC_0000006.jpg" not in archive.paths("/files/"):
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert all(content == archive.files[name] for name, content in call.images().items())
    assert (call.folder / "metadata.csv").exists()
    there = len(call.images())
    archive.heal()
    report = call()
    assert (report.kept, report.fetched, report.exit_code) == (there, 7 - there, 0)
    assert call.images() == archive.files


def test_the_flow_prints_progress_and_the_account(archive, tmp_path, capsys):
    archive.always(FIRST_FILE, status(400))
    report = download_set(DownloadRequest(base_url=archive.url), tmp_path / "home", quiet=False)
    lines = capsys.readouterr().out.splitlines()
    assert report.folder.parent == tmp_path / "home" / "isic"
    assert "searching: 3 images found (43%)" in lines
    assert "6 of 7 images are there with the right size: 6 fetched, 0 kept" in lines
    assert lines[-2:] == [
        f"1 failed, listed in {report.folder / 'failed.csv'}; the same command tries them again",
        f"  {FIRST}: the server answers 400",
    ]


def test_a_quiet_flow_prints_nothing(archive, tmp_path, capsys):
    assert download_set(DownloadRequest(base_url=archive.url), tmp_path, quiet=True).exit_code == 0
    assert capsys.readouterr().out == ""
