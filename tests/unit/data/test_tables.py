import pytest

from melanoma.data.listing import Listing, SourceFile
from melanoma.data.tables import read_table
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
    [b"", b"a,b\n1,2,3\n4,5,6,7\n", b"a\n\xff\xfe\n", b'a,b\n"1,2\n'],
    ids=["empty", "ragged", "not UTF-8", "open quote"],
)
def test_what_is_no_table_is_named(table, content):
    with pytest.raises(
        SourceError, match=r"labels\.csv: not a CSV table in UTF-8 \(.+\); mend or remove it$"
    ) as refused:
        table(content)
    assert "\n" not in str(refused.value)
