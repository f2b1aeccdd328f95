import pandas as pd
import pytest

from melanoma.data.join_metadata import join_metadata
from melanoma.data.labels import Labels, label_rows
from melanoma.data.listing import Listing, SourceFile
from melanoma.data.recognise import read_labels


@pytest.fixture
def labels():
    return Labels(
        label_rows(
            pd.DataFrame(
                {
                    "image_id": ["nevus/ISIC_0000001.jpg", "nevus/ISIC_0000002 (1).jpg", "nevus/own.jpg"],
                    "isic_id": ["ISIC_0000001", "ISIC_0000002", None],
                    "label": ["nevus"] * 3,
                    "sex": ["male", None, None],
                }
            )
        )
    )


def table(**columns):
    return pd.DataFrame(columns, dtype="object")


def test_what_is_open_is_filled_in_and_what_is_published_stays(labels):
    metadata = table(
        isic_id=["ISIC_0000001", "ISIC_0000002", "own"], sex=["male", "Male", "female"], lesion_id=list("LMN")
    )
    joined = join_metadata(labels, [metadata])
    assert joined.rows["sex"].tolist() == ["male", "male", "female"]
    assert joined.rows["lesion_id"].tolist() == list("LMN")
    assert joined.rows["isic_id"].tolist() == ["ISIC_0000001", "ISIC_0000002", "own"]
    assert joined.has_metadata
    assert joined.row_problems.empty
    assert labels.rows["lesion_id"].isna().all()


def test_of_several_tables_the_first_that_knows_counts(labels):
    first = table(isic_id=["ISIC_0000002"], lesion_id=[None], age_approx=["40"])
    second = table(isic_id=["ISIC_0000002"], lesion_id=["L"], age_approx=["40.0"])
    row = join_metadata(labels, [first, second]).rows.iloc[1]
    assert (row["lesion_id"], row["age_approx"]) == ("L", 40)


def test_a_contradiction_is_said_and_changes_nothing(labels):
    joined = join_metadata(labels, [table(isic_id=["ISIC_0000001"], sex=["female"])])
    assert joined.rows.loc[0, "sex"] == "male"
    assert joined.row_problems.to_dict("list") == {
        "isic_id": ["ISIC_0000001"],
        "kind": ["invalid_metadata"],
        "problem": ["sex male, in another table female"],
    }


def test_rows_of_other_images_are_neither_missing_nor_a_problem(labels):
    others = table(isic_id=["ISIC_0000009", "ISIC_0000009"], sex=["male", "female"], age_approx=["x", "y"])
    joined = join_metadata(labels, [others])
    assert joined.missing_images == ()
    assert joined.row_problems.empty
    assert not joined.has_metadata


def test_a_table_without_ids_is_passed_over(labels):
    assert join_metadata(labels, [table(sex=["male"])]) is labels


def test_the_diagnoses_of_another_table_do_not_label(labels):
    joined = join_metadata(labels, [table(isic_id=["ISIC_0000001"], dx=["mel"], diagnosis=["melanoma"])])
    assert joined.rows["diagnosis"].tolist() == ["nevus"] * 3


def test_ham10000_gives_the_nine_class_set_its_lesions(shared_data):
    root = shared_data / "skin-cancer-9-classes"
    names = sorted(path.relative_to(root).as_posix() for path in root.rglob("*.jpg"))
    nine = read_labels(Listing(root, tuple(SourceFile(name, 1, "0" * 64) for name in names), ())).labels
    ham = pd.read_csv(shared_data / "ham10000/HAM10000_metadata.csv").rename(columns={"image_id": "isic_id"})
    joined = join_metadata(nine, [ham])
    lesions = ham.set_index("isic_id")["lesion_id"]
    expected = nine.rows["isic_id"].map(lesions)
    assert expected.notna().sum() > 1000
    assert joined.rows["lesion_id"].fillna("null").tolist() == expected.fillna("null").tolist()
    assert joined.row_problems.empty
    assert joined.missing_images == ()
