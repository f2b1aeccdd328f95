"""A table is read as it was written: every text, in every encoding, with every separator."""

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from melanoma.data.listing import Listing, SourceFile
from melanoma.data.tables import read_table

NULLS = ["", "NA", "N/A", "NaN", "nan", "null", "None", "unknown"]
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
ROWS = st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=8)


def read_back(rows, encoding, separator):
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerows([("isic_id", "attribution"), *rows])
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "t.csv").write_bytes(written.getvalue().encode(encoding))
        return read_table(Listing(Path(folder), (), ()), SourceFile("t.csv", 0, ""))


@given(ROWS, st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.sampled_from(",;\t"))
def test_texts_come_back_as_they_were(rows, encoding, separator):
    read = read_back(rows, encoding, separator)
    expected = [[None if cell in NULLS else cell for cell in row] for row in rows]
    assert read.astype("object").where(read.notna(), None).to_numpy().tolist() == expected
