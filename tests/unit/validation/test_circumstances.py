import numpy as np
import pytest

from melanoma.validation.circumstances import circumstances_of


@pytest.fixture
def varied(manifest_of):
    rows = manifest_of(
        image_id=list("abcd"), width=[100, 200, 200, 200], file_bytes=[1000, 2000, 4000, 1000], format=list("JJPJ")
    )
    return rows.assign(
        jpeg_tables=["t1", "t2", None, "t1"],
        border_red=[1.0, 2, 3, 4],
        border_green=[5.0, 6, 7, 8],
        border_blue=[9.0] * 4,
    )


def values(known, name):
    return known.values[:, known.columns[name]].T.tolist()


def test_each_property_has_its_columns_and_what_never_varies_is_left_out(varied):
    known = circumstances_of(varied)
    assert set(known.columns) == {"image size", "file size", "file format", "JPEG tables", "border colour"}
    assert values(known, "image size") == [[100, 200, 200, 200]]  # the height is 100 everywhere
    assert values(known, "border colour") == [[1, 2, 3, 4], [5, 6, 7, 8]]
    # bytes per pixel: 1000 / 10,000, 2000 / 20,000, 4000 / 20,000, 1000 / 20,000
    assert values(known, "file size") == [[1000, 2000, 4000, 1000], [0.1, 0.1, 0.2, 0.05]]


def test_texts_become_codes_by_frequency_and_unknown_has_a_code_of_its_own(varied):
    known = circumstances_of(varied)
    np.testing.assert_array_equal(values(known, "JPEG tables"), [[0, 1, 31, 0]])
    assert values(known, "file format") == [[0, 0, 1, 0]]
    assert known.is_category[known.columns["JPEG tables"]].all()
    assert not known.is_category[known.columns["image size"]].any()


def test_rare_texts_share_a_code(manifest_of):
    names = ["frequent", "frequent", *(f"rare {number:03d}" for number in range(300))]
    known = circumstances_of(manifest_of(image_id=[str(n) for n in range(302)]).assign(attribution=names))
    codes = known.values[:, known.columns["source collection"]].ravel()
    assert (codes[0], codes.max(), (codes == 30).sum()) == (0, 30, 302 - 2 - 29)


def test_the_instrument_is_all_but_border_and_file_size(varied):
    whole = circumstances_of(varied)
    part = whole.of_the_instrument()
    assert set(part.columns) == {"image size", "file format", "JPEG tables"}
    for name in part.columns:
        np.testing.assert_array_equal(values(part, name), values(whole, name))
        assert (part.is_category[part.columns[name]] == whole.is_category[whole.columns[name]]).all()


def test_where_nothing_varies_nothing_is_known(manifest_of):
    known = circumstances_of(manifest_of(image_id=["a", "b"]))
    assert (known.values.shape, known.columns) == ((2, 0), {})
    assert known.of_the_instrument().columns == {}


def test_the_split_the_label_and_the_name_are_never_circumstances(varied):
    other = varied.assign(
        publisher_split=["test", "train"] * 2, diagnosis=list("wxyz"), image_id=list("efgh"), age_approx=[1.0, 2, 3, 4]
    )
    np.testing.assert_array_equal(circumstances_of(other).values, circumstances_of(varied).values)
