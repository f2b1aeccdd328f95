import copy

import pytest

from melanoma.data.isic_archive.image_record import Failure, ImageRecord, read_record

ENTRY = {
    "isic_id": "ISIC_0000001",
    "copyright_license": "CC-BY-NC",
    "attribution": "Hospital Clinic",
    "files": {"full": {"url": "https://content/ISIC_0000001.jpg?sig=1", "size": 12}},
    "metadata": {"acquisition": {"image_type": "dermoscopic"}, "clinical": {"sex": "male"}},
}


def changed(value, *path):
    entry = copy.deepcopy(ENTRY)
    place = entry
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return entry


def test_an_entry_gives_id_address_size_licence_attribution_and_all_metadata():
    assert read_record(ENTRY) == ImageRecord(
        "ISIC_0000001",
        "https://content/ISIC_0000001.jpg?sig=1",
        12,
        "CC-BY-NC",
        "Hospital Clinic",
        {"image_type": "dermoscopic", "sex": "male"},
    )


def test_fields_that_the_archive_may_add_are_passed_over():
    assert isinstance(read_record({**ENTRY, "public": True, "new": []}), ImageRecord)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://c/a.jpg", "ISIC_0000001.jpg"),
        ("https://c/a.JPG?x=.png", "ISIC_0000001.jpg"),
        ("https://c/a.png", "ISIC_0000001.png"),
        ("https://c/a", "ISIC_0000001.jpg"),
        ("https://c/a.exe", "ISIC_0000001.jpg"),
        ("https://c/a.jpg/../../x.sh", "ISIC_0000001.jpg"),
    ],
)
def test_a_file_is_named_by_its_id_and_an_image_suffix_alone(url, name):
    record = read_record(changed(url, "files", "full", "url"))
    assert record.file_name == name


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("../x", ("isic_id",)),
        ("ISIC_0000001\n", ("isic_id",)),
        ("ISIC_000000１", ("isic_id",)),
        ("../CC", ("copyright_license",)),
        ("", ("copyright_license",)),
        (None, ("attribution",)),
        ("file:///x", ("files", "full", "url")),
        ("https://", ("files", "full", "url")),
        (0, ("files", "full", "size")),
        (-5, ("files", "full", "size")),
        (True, ("files", "full", "size")),
        (2**30 + 1, ("files", "full", "size")),
        (1.5, ("files", "full", "size")),
        ([], ("metadata",)),
        ("x", ("metadata", "clinical")),
    ],
)
def test_an_entry_that_is_not_as_it_should_be_is_a_failure_that_names_the_field(value, path):
    failure = read_record(changed(value, *path))
    assert isinstance(failure, Failure)
    assert ".".join(path) in failure.reason
    assert "\n" not in failure.reason


@pytest.mark.parametrize("entry", [None, [], "x", 5, {}])
def test_an_entry_that_is_no_entry_is_a_failure_without_an_id(entry):
    assert read_record(entry).isic_id == "(none)"


def test_an_id_that_would_command_a_terminal_is_shown_without_its_commands():
    assert read_record(changed("\x1b[2J\nISIC", "isic_id")).isic_id == "\ufffd[2J\ufffdISIC"
    assert len(read_record(changed("x" * 10**6, "isic_id")).isic_id) == 100
