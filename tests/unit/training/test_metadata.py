"""What is known of an image becomes numbers by a declared table; what is not known is a value of its own."""

import numpy as np
import pandas as pd
import pytest

from melanoma.config.metadata import METADATA_FIELDS
from melanoma.data.metadata_rules import SEXES
from melanoma.data.sites import SITES
from melanoma.training.metadata import (
    ENCODING,
    UNKNOWN_SHARE,
    columns_of,
    encode_metadata,
    encode_views,
    forget,
    note_unknown,
)

ROWS = pd.DataFrame(
    {
        "age_approx": [45.0, np.nan, -1.0, 121.0, 120.0, 0.0],
        "sex": ["female", "male", None, "Female", "neither", "male"],
        "anatom_site_general": ["torso", None, "head/neck", "left arm", "torso", "palms/soles"],
    }
)


def test_the_columns_of_encoding_1_do_not_change():
    """Models of encoding 1 are on people's disks: another column, order or word needs another `ENCODING`."""
    assert ENCODING == 1
    assert columns_of(METADATA_FIELDS) == [
        "age_approx=years/100",
        "age_approx=known",
        "sex=female",
        "sex=male",
        "sex=unknown",
        "anatom_site_general=anterior torso",
        "anatom_site_general=head/neck",
        "anatom_site_general=lateral torso",
        "anatom_site_general=lower extremity",
        "anatom_site_general=oral/genital",
        "anatom_site_general=palms/soles",
        "anatom_site_general=posterior torso",
        "anatom_site_general=torso",
        "anatom_site_general=upper extremity",
        "anatom_site_general=unknown",
    ]


def test_an_age_is_hundreds_of_years_and_a_flag_and_out_of_range_it_is_unknown():
    encoded = encode_metadata(ROWS, ["age_approx"])
    assert encoded.dtype == np.float32
    expected = [[0.45, 1], [0, 0], [0, 0], [0, 0], [1.2, 1], [0, 1]]
    np.testing.assert_allclose(encoded, expected, atol=1e-6)


def test_each_word_has_its_column_and_all_that_is_no_word_has_one():
    for field, words in (("sex", sorted(SEXES)), ("anatom_site_general", sorted(SITES))):
        known = encode_metadata(pd.DataFrame({field: words}), [field])
        assert (known == np.eye(len(words) + 1)[:-1]).all()
        unknown = encode_metadata(pd.DataFrame({field: [None, "", "elsewhere", np.nan, 7]}, dtype="object"), [field])
        assert (unknown == np.eye(len(words) + 1)[[-1] * 5]).all()


def test_fields_stand_side_by_side_in_the_order_asked_for_and_no_field_is_no_column():
    alone = {field: encode_metadata(ROWS, [field]) for field in METADATA_FIELDS}
    for fields in (METADATA_FIELDS, METADATA_FIELDS[::-1], ()):
        together = np.concatenate([np.empty((6, 0)), *(alone[field] for field in fields)], axis=1)
        assert (encode_metadata(ROWS, fields) == together).all()
        assert together.shape[1] == len(columns_of(fields))


def test_an_absent_column_is_unknown_as_an_empty_one_and_a_row_stays_itself_in_any_order():
    bare = encode_metadata(pd.DataFrame(index=range(6)), METADATA_FIELDS)
    empty = encode_metadata(ROWS.map(lambda _: None), METADATA_FIELDS)
    assert (bare == empty).all()
    order = np.array([4, 2, 0, 5, 3, 1])
    whole = encode_metadata(ROWS, METADATA_FIELDS)
    assert (encode_metadata(ROWS.iloc[order], METADATA_FIELDS) == whole[order]).all()
    assert (encode_metadata(ROWS.iloc[[3]], METADATA_FIELDS) == whole[3]).all()  # no other row shapes it


def test_a_share_of_the_fields_is_forgotten_whole_and_each_by_itself():
    rows = pd.DataFrame({"age_approx": [50.0] * 4000, "sex": ["male"] * 4000})
    known = encode_metadata(rows, ["age_approx", "sex"])
    left = forget(known, ["age_approx", "sex"], seed=1, turn=0)
    no_age, no_sex = (left[:, :2] == [0, 0]).all(axis=1), (left[:, 2:] == [0, 0, 1]).all(axis=1)
    assert (no_age | (left[:, :2] == known[:, :2]).all(axis=1)).all()
    assert (no_sex | (left[:, 2:] == known[:, 2:]).all(axis=1)).all()
    # deviation of a share over 4,000 rows: sqrt(0.2 * 0.8 / 4000) = 0.0063; of both: sqrt(0.04 * 0.96 / 4000) = 0.0031
    assert no_age.mean() == pytest.approx(UNKNOWN_SHARE, abs=0.025)
    assert no_sex.mean() == pytest.approx(UNKNOWN_SHARE, abs=0.025)
    assert (no_age & no_sex).mean() == pytest.approx(UNKNOWN_SHARE**2, abs=0.0125)
    assert (known == encode_metadata(rows, ["age_approx", "sex"])).all()


def test_what_is_forgotten_follows_from_the_seed_and_the_turn_alone():
    known = encode_metadata(pd.concat([ROWS] * 20), METADATA_FIELDS)
    first = forget(known, METADATA_FIELDS, seed=1, turn=3)
    assert (first == forget(known, METADATA_FIELDS, seed=1, turn=3)).all()
    for seed, turn in ((1, 4), (2, 3)):
        assert (first != forget(known, METADATA_FIELDS, seed=seed, turn=turn)).any()


def test_only_rows_that_are_learned_from_forget_and_each_view_does_by_itself():
    rows = pd.concat([ROWS] * 20)
    learned = encode_views(rows, METADATA_FIELDS, 2, seed=1)
    judged = encode_views(rows, METADATA_FIELDS, 2, seed=None)
    assert learned.shape == judged.shape == (2, 120, 15)
    assert (judged == encode_metadata(rows, METADATA_FIELDS)).all()
    assert (learned[0] != learned[1]).any()
    assert encode_views(rows, (), 4, seed=1).shape == (4, 120, 0)


def test_of_each_field_it_is_said_for_how_many_images_it_is_unknown():
    assert note_unknown(ROWS, METADATA_FIELDS) == [
        "age_approx: unknown for 3 of 6 images",
        "sex: unknown for 3 of 6 images",
        "anatom_site_general: unknown for 2 of 6 images",
    ]
    assert note_unknown(ROWS.iloc[[0]], METADATA_FIELDS) == []
    assert note_unknown(pd.DataFrame(index=range(3)), ["sex"]) == ["sex: unknown for 3 of 3 images"]
