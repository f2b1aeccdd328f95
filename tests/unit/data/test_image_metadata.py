"""Tables say of images by name what they say of a labelled set."""

import pandas as pd
import pytest

from melanoma.data.image_metadata import read_image_metadata
from melanoma.data.labels import METADATA
from melanoma.errors import SourceError, UsageError

NAMES = ["b/ISIC_0000002 (1).jpg", "a/ISIC_0000001.jpg", "other.png"]


@pytest.fixture
def table(tmp_path):
    def write(name, text):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return write


def test_each_image_has_its_row_in_the_order_of_the_names_and_in_the_archives_words(table):
    first = table(
        "one.csv", "image_id,sex,localization,age\nISIC_0000001,Male,Scalp,85+\nISIC_0000009,female,back,20\n"
    )
    second = table("two.csv", "isic_id;sex;age_approx\nISIC_0000002;female;45,0\nISIC_0000001;female;10\n")
    rows = read_image_metadata([first, second], NAMES)
    assert rows.columns.tolist() == ["isic_id", *METADATA]
    assert rows["isic_id"].tolist()[:2] == ["ISIC_0000002", "ISIC_0000001"]
    assert rows["sex"].tolist()[:2] == ["female", "male"]
    assert rows["age_approx"].tolist()[:2] == [45, 85]
    assert rows["anatom_site_general"].tolist()[1] == "head/neck"
    assert rows.iloc[2].isna().all()


def test_without_tables_or_names_nothing_is_known(table):
    assert read_image_metadata([], NAMES).isna().all(axis=None)
    assert read_image_metadata([table("one.csv", "isic_id,sex\nISIC_0000001,male\n")], []).empty


def test_a_table_that_is_not_there_or_has_no_ids_is_one_clear_line(table, tmp_path):
    with pytest.raises(UsageError, match=r"absent\.csv: no such table; give a CSV file with a column isic_id"):
        read_image_metadata([tmp_path / "absent.csv"], NAMES)
    with pytest.raises(SourceError, match=r"one\.csv: no column isic_id or image_id"):
        read_image_metadata([table("one.csv", "sex\nmale\n")], NAMES)


def test_the_names_keep_their_place_if_one_of_them_stands_before_another_by_the_alphabet(table):
    given = table("one.csv", "isic_id,sex\nISIC_0000001,male\nISIC_0000002,female\n")
    forward, backward = (read_image_metadata([given], names)["sex"] for names in (NAMES, NAMES[::-1]))
    pd.testing.assert_series_equal(forward[::-1].reset_index(drop=True), backward)
