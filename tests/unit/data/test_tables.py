import pandas as pd
import pytest

from melanoma.data.isic_archive.documents import write_metadata
from melanoma.data.isic_archive.image_record import ImageRecord
from melanoma.data.listing import Listing, SourceFile
from melanoma.data.tables import columns_of, read_table, table_or_none, to_numbers
from melanoma.errors import SourceError


@pytest.fixture
def table(tmp_path):
    def read(content):
        path = tmp_path / "labels.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_table(Listing(tmp_path, (), ()), SourceFile(path.name, 0, ""))

    return read


@pytest.mark.parametrize(
    ("published", "ours"),
    [
        ("image", "isic_id"),
        ("image_id", "isic_id"),
        ("Image_Name", "isic_id"),
        (" age ", "age_approx"),
        ("age_approximate", "age_approx"),
        ("localization", "anatom_site_general"),
        ("anatom_site_general_challenge", "anatom_site_general"),
        ("sex", "sex"),
        ("Lesion_ID", "lesion_id"),
    ],
)
def test_columns_come_under_their_isic_names(table, published, ours):
    assert list(table(f"{published},x\n1,2\n").columns) == [ours, "x"]


def test_every_value_is_text_as_it_stands(table):
    assert table("a,b,c\n007,1.0,True\n").iloc[0].tolist() == ["007", "1.0", "True"]


@pytest.mark.parametrize("nothing", ["", "NA", "N/A", "NaN", "nan", "null", "None", "unknown"])
def test_what_means_unknown_is_null(table, nothing):
    assert table(f"a,b\n{nothing},x\n").isna().iloc[0].tolist() == [True, False]


def test_words_that_only_pandas_takes_for_nothing_stay(table):
    assert table("a,b\nn/a,-NaN\n").iloc[0].tolist() == ["n/a", "-NaN"]


def test_a_byte_order_mark_is_no_part_of_the_first_column(table):
    assert list(table(b"\xef\xbb\xbfimage_id,dx\na,b\n").columns) == ["isic_id", "dx"]


def test_a_column_that_is_there_under_two_names_is_read_once(table):
    read = table("image_id,isic_id,age,age_approx\nx,ISIC_0000001,1,2\n")
    assert sorted(set(read.columns)) == sorted(read.columns)
    assert read["isic_id"].tolist() == ["ISIC_0000001"]


@pytest.mark.parametrize(
    "content",
    [b"", b"a,b\n1,2,3\n4,5,6,7\n", b"a\n\x81\n", b'a,b\n"1,2\n', b"a,b\n1,\0\n", "a,b\n1,2\n".encode("utf-16-le")],
    ids=["empty", "ragged", "no text", "open quote", "NUL", "UTF-16 without a mark"],
)
def test_what_is_no_table_is_named(table, content):
    with pytest.raises(SourceError, match=r"labels\.csv: not a CSV table \(.+\); mend or remove it$") as refused:
        table(content)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_table_says_the_same_in_any_encoding_separator_and_line_end(table, encoding, separator, line_end):
    lines = [["image_id", "attribution", "dx"], ["ISIC_0000001", '"Clínic, 1; ""A"""', "mel"]]
    content = line_end.join(separator.join(line) for line in lines).encode(encoding)
    assert table(content).to_dict("list") == {
        "isic_id": ["ISIC_0000001"],
        "attribution": ['Clínic, 1; "A"'],
        "dx": ["mel"],
    }


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "=HYPERLINK(1)"])
def test_what_spreadsheets_take_for_a_formula_is_a_text(table, cell):
    assert table(f"a,b\n{cell},x\n").iloc[0].tolist() == [cell, "x"]


def test_two_columns_of_one_name_are_one_if_they_say_the_same(table):
    assert table("a,dx,dx\n1,mel,mel\n2,nv,nv\n").to_dict("list") == {"a": ["1", "2"], "dx": ["mel", "nv"]}


def test_two_columns_of_one_name_that_differ_are_refused_with_what_to_do(table):
    with pytest.raises(SourceError, match=r"labels\.csv: its columns named dx differ; keep one$"):
        table("a,dx,dx\n1,mel,mel\n2,nv,mel\n")


def test_columns_without_a_name_are_no_namesakes(table):
    assert table("a,,\n1,x,y\n").loc[0, "a"] == "1"


def test_a_long_table_has_the_header_of_its_first_line(tmp_path):
    (tmp_path / "long.csv").write_text("image,é\n" + "ISIC_0000001,ééé\n" * 10_000)
    listing = Listing(tmp_path, (), ())
    assert columns_of(listing, SourceFile("long.csv", 0, "")) == {"isic_id", "é"}


@pytest.mark.parametrize("content", [b"", b"\0\0", b"\x89PNG\r\n\x1a\n\0\0"])
def test_a_file_that_is_no_table_has_no_columns(tmp_path, content):
    (tmp_path / "x.csv").write_bytes(content)
    file = SourceFile("x.csv", 0, "")
    assert columns_of(Listing(tmp_path, (), ()), file) == set()
    assert table_or_none(Listing(tmp_path, (), ()), file) is None


def test_a_table_without_a_header_takes_the_names_that_are_given(tmp_path):
    (tmp_path / "x.csv").write_text("ISIC_0000001,benign\n")
    file, listing = SourceFile("x.csv", 0, ""), Listing(tmp_path, (), ())
    assert read_table(listing, file, ("isic_id", "label")).to_dict("list") == {
        "isic_id": ["ISIC_0000001"],
        "label": ["benign"],
    }
    with pytest.raises(SourceError, match=r"x\.csv: expected 3 columns$"):
        read_table(listing, file, ("a", "b", "c"))


def test_numbers_are_read_as_tables_write_them():
    texts = pd.Series(["45", "45.5", "45,5", "85+", "forty", None, "1,000.5"])
    assert to_numbers(texts).fillna(-1).tolist() == [45, 45.5, 45.5, 85, -1, -1, -1]


def test_what_our_own_download_guards_is_read_as_the_archive_has_it(table):
    metadata = {"note": "=1+1", "age_approx": -5, "site": "'@home", "anatom_site_general": "St. Mary's", "=risky": "a"}
    record = ImageRecord("ISIC_0000001", "https://localhost/a.jpg", 1, "CC-BY", "-Clinic-", metadata)
    content = write_metadata([record])
    assert b"'=1+1" in content
    read = table(content).iloc[0]
    told = {"attribution": "-Clinic-", "license": "CC-BY", **metadata, "age_approx": "-5"}
    assert {name: read[name] for name in told} == told


@pytest.mark.parametrize("cell", ["'-5", "'quoted'", "'", "''"])
def test_an_apostrophe_that_our_download_does_not_write_stays(table, cell):
    read = table(f"isic_id,note,nothing\na,{cell},\n").iloc[0]
    assert read["note"] == cell
    assert pd.isna(read["nothing"])
