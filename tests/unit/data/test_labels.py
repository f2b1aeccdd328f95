import pandas as pd

from melanoma.data.labels import COLUMNS, label_rows


def test_absent_columns_are_null_and_rows_are_sorted():
    rows = label_rows(pd.DataFrame({"image_id": ["b.jpg", "a.jpg"], "label": ["nv", "Melanoma"]}))
    assert list(rows.columns) == list(COLUMNS)
    assert rows["image_id"].tolist() == ["a.jpg", "b.jpg"]
    assert rows["diagnosis"].tolist() == ["melanoma", "nevus"]
    assert rows["label"].tolist() == ["Melanoma", "nv"]
    assert rows[["lesion_id", "sex", "publisher_split", "age_approx"]].isna().all(axis=None)


def test_ages_are_numbers_and_what_is_no_number_is_null():
    given = pd.DataFrame({"image_id": ["a", "b", "c"], "label": ["x"] * 3, "age_approx": ["45", "forty", None]})
    assert label_rows(given)["age_approx"].fillna(-1).tolist() == [45.0, -1, -1]


def test_texts_are_texts_and_nothing_is_null():
    given = pd.DataFrame({"image_id": ["a", "b"], "label": ["x"] * 2, "patient_id": ["P1", None]})
    patients = label_rows(given)["patient_id"]
    assert patients.isna().tolist() == [False, True]
    assert patients.dropna().tolist() == ["P1"]


def test_the_given_rows_are_left_as_they_were():
    given = pd.DataFrame({"image_id": ["b", "a"], "label": ["nv", "mel"]})
    label_rows(given)
    assert given.to_dict("list") == {"image_id": ["b", "a"], "label": ["nv", "mel"]}


def test_a_given_diagnosis_goes_before_that_of_the_label():
    given = pd.DataFrame({"image_id": ["a", "b"], "label": ["malignant", "nv"], "diagnosis": ["melanoma", None]})
    assert label_rows(given)["diagnosis"].tolist() == ["melanoma", "nevus"]


def test_sexes_and_sites_are_in_the_archives_words_and_unknown_ones_stay():
    given = pd.DataFrame(
        {
            "image_id": ["a", "b", "c"],
            "label": ["nv"] * 3,
            "sex": ["Male ", "x", None],
            "anatom_site_general": ["scalp", "left arm", None],
        }
    )
    rows = label_rows(given)
    assert rows["sex"].fillna("null").tolist() == ["male", "x", "null"]
    assert rows["anatom_site_general"].fillna("null").tolist() == ["head/neck", "left arm", "null"]


def test_skin_types_are_in_roman_capitals_and_unknown_ones_stay():
    given = pd.DataFrame({"image_id": ["a", "b", "c", "d"], "label": ["nv"] * 4})
    rows = label_rows(given.assign(fitzpatrick_skin_type=["iii", " VI ", "2", None]))
    assert rows["fitzpatrick_skin_type"].fillna("null").tolist() == ["III", "VI", "2", "null"]


def test_no_rows_are_no_labels_in_the_same_columns():
    assert list(label_rows(pd.DataFrame({"image_id": [], "label": []})).columns) == list(COLUMNS)
