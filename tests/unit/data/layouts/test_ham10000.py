import pytest

from melanoma.data.layouts.ham10000 import read, recognise
from melanoma.data.listing import list_source

HEADER = "lesion_id,image_id,dx,dx_type,age,sex,localization\n"


@pytest.fixture
def ham(tmp_path):
    folder = tmp_path / "HAM10000_images_part_1"
    folder.mkdir()
    for number in (1, 2, 3):
        (folder / f"ISIC_{number:07d}.jpg").write_bytes(b"x")
    rows = [
        "HAM_1,ISIC_0000001,bkl,histo,80.0,male,scalp",
        "HAM_1,ISIC_0000002,bkl,histo,,unknown,scalp",
        "HAM_2,ISIC_0000009,nv,histo,50.0,female,back",
    ]
    (tmp_path / "HAM10000_metadata.csv").write_text(HEADER + "\n".join(rows))
    return tmp_path


def test_images_and_rows_are_joined(ham):
    labels = read(list_source(ham))
    assert labels.rows["isic_id"].tolist() == ["ISIC_0000001", "ISIC_0000002"]
    assert labels.rows["diagnosis"].tolist() == ["benign keratosis"] * 2
    assert labels.rows["lesion_id"].tolist() == ["HAM_1"] * 2
    assert labels.rows["age_approx"].fillna(-1).tolist() == [80.0, -1]
    assert labels.rows["sex"].fillna("null").tolist() == ["male", "null"]
    assert labels.rows["anatom_site_general"].tolist() == ["head/neck"] * 2
    assert labels.rows["publisher_split"].isna().all()
    assert labels.has_metadata


def test_the_collection_is_known_where_the_table_tells_it(ham):
    assert read(list_source(ham)).rows["source"].isna().all()
    rows = "HAM_1,ISIC_0000001,bkl,histo,80.0,male,scalp,rosendahl\nHAM_1,ISIC_0000002,bkl,histo,80.0,male,scalp,"
    (ham / "HAM10000_metadata.csv").write_text(f"{HEADER.strip()},dataset\n{rows}")
    assert read(list_source(ham)).rows["source"].fillna("null").tolist() == ["rosendahl", "null"]


def test_what_stands_on_one_side_only_is_said(ham):
    labels = read(list_source(ham))
    assert labels.missing_images == ("ISIC_0000009",)
    assert labels.unlabelled_images == ("HAM10000_images_part_1/ISIC_0000003.jpg",)


def test_a_row_without_diagnosis_labels_nothing(ham):
    (ham / "HAM10000_metadata.csv").write_text(
        HEADER + "HAM_1,ISIC_0000001,,histo,1,male,x\nHAM_2,ISIC_0000002,nv,a,1,male,x"
    )
    assert read(list_source(ham)).rows["isic_id"].tolist() == ["ISIC_0000002"]


def test_it_is_recognised_by_its_columns_in_any_order_with_quotes_and_mark(ham):
    assert recognise(list_source(ham)) == "HAM10000_metadata.csv has image_id, lesion_id and dx"
    (ham / "HAM10000_metadata.csv").write_bytes(b'\xef\xbb\xbf"DX","image_id","lesion_id"\n')
    assert recognise(list_source(ham))


def test_another_table_is_not_it(ham):
    (ham / "HAM10000_metadata.csv").write_text("image_id,target\n")
    listing = list_source(ham)
    assert recognise(listing) is None
    with pytest.raises(ValueError, match=r"^read\(\) needs a listing that recognise\(\) knows$"):
        read(listing)
