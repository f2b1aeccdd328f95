import csv
import io

from melanoma.data.isic_archive.documents import write_attribution, write_failures, write_metadata
from melanoma.data.isic_archive.image_record import Failure, ImageRecord


def record(number=1, attribution="A", **metadata):
    return ImageRecord(f"ISIC_{number:07d}", "https://c/a.jpg", 1, "CC-0", attribution, metadata)


def rows(content):
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def test_metadata_has_the_official_columns_first_and_all_fields_of_any_image_by_name():
    assert rows(write_metadata([record(1, sex="male", age_approx=50), record(2, benign=False)])) == [
        ["isic_id", "attribution", "copyright_license", "age_approx", "benign", "sex"],
        ["ISIC_0000001", "A", "CC-0", "50", "", "male"],
        ["ISIC_0000002", "A", "CC-0", "", "False", ""],
    ]


def test_no_field_of_the_metadata_can_replace_the_id():
    assert rows(write_metadata([record(1, isic_id="ISIC_9999999")])) == [
        ["isic_id", "attribution", "copyright_license"],
        ["ISIC_0000001", "A", "CC-0"],
    ]


def test_metadata_survives_commas_quotes_line_breaks_and_nuls():
    table = rows(write_metadata([record(1, 'Ä "b", c\nd', note="a\0b", many=["x"])]))
    assert table[1] == ["ISIC_0000001", 'Ä "b", c\nd', "CC-0", '["x"]', "a�b"]


def test_column_names_that_look_like_formulas_are_text():
    assert rows(write_metadata([record(1, **{"=x": 1})]))[0][-1] == "'=x"


def test_attribution_names_whoever_gave_most_first_and_anonymous_last():
    names = ["B", "Anonymous", "Anonymous", "Anonymous", "C", "C", "A"]
    assert write_attribution([record(1, name) for name in names]) == b"C\n\nA\n\nB\n\nAnonymous"


def test_failures_are_a_table_of_id_and_reason():
    assert rows(write_failures([Failure("=x", "why, so")])) == [["isic_id", "reason"], ["'=x", "why, so"]]
