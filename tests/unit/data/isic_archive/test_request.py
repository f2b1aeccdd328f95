import pytest

from melanoma.data.isic_archive.request import ARCHIVE_URL, DownloadRequest
from melanoma.errors import UsageError


def test_the_address_is_the_public_archive_unless_another_is_given():
    assert DownloadRequest().api == ARCHIVE_URL
    assert DownloadRequest(base_url="http://127.0.0.1:1/api/v2").api == "http://127.0.0.1:1/api/v2/"


def test_different_requests_have_different_folders_and_equal_ones_the_same():
    requests = [
        DownloadRequest(),
        DownloadRequest("sex:male"),
        DownloadRequest("sex male"),
        DownloadRequest("sex:male", (70,)),
        DownloadRequest("sex:male", limit=10),
        DownloadRequest("sex:male", limit=11),
        DownloadRequest("sex:male", base_url="https://other/api/v2/"),
    ]
    slugs = [request.slug for request in requests]
    assert len(set(slugs)) == len(slugs)
    assert DownloadRequest("x", (2, 70)).slug.split("-")[-1] == DownloadRequest("x", (70, 2)).slug.split("-")[-1]


def test_workers_do_not_change_the_folder():
    assert DownloadRequest(workers=1).slug == DownloadRequest(workers=9).slug


@pytest.mark.parametrize("query", ["../../etc", "a/b\\c", "ü" * 500, 'x:"Y Z" AND [5 TO 25]', "\0", "CON"])
def test_a_slug_is_safe_as_a_folder_whatever_the_query(query):
    slug = DownloadRequest(query).slug
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not slug.startswith("-")
    assert len(slug) < 60


@pytest.mark.parametrize(("limit", "per_page"), [(None, "100"), (7, "7"), (100, "100"), (500, "100")])
def test_a_page_is_no_larger_than_the_limit_or_what_the_archive_allows(limit, per_page):
    assert DownloadRequest(limit=limit).parameters["limit"] == per_page


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"limit": 0}, "limit 0: give at least 1"),
        ({"collections": (0,)}, r"collections \[0\]: give the archive's numbers"),
        ({"workers": 0}, "workers 0: give at least 1"),
        ({"base_url": "file:///etc"}, "'file:///etc': not an address of an API"),
    ],
)
def test_a_request_that_cannot_be_asked_is_refused(wrong, message):
    with pytest.raises(UsageError, match=message):
        DownloadRequest(**wrong)
