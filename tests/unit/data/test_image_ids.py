import pytest

from melanoma.data.image_ids import id_of, is_companion, match_ids, similar_ids


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("train/ISIC_0000019 (1).jpg", "ISIC_0000019"),
        ("ISIC_0000074_downsampled", "ISIC_0000074"),
        ("train-image.hdf5/ISIC_0015670.jpg", "ISIC_0015670"),
        ("PAT_8_15_820.png", "PAT_8_15_820"),
        ("case.7", "case.7"),
        ("case.7.TIFF", "case.7"),
        (" 12 ", "12"),
    ],
)
def test_an_id_is_the_isic_id_or_the_name_without_folder_and_suffix(name, found):
    assert id_of(name) == found


def test_a_copy_belongs_to_the_row_of_its_original_unless_it_has_one_of_its_own():
    assert match_ids(["a/x (1).jpg", "a/y (1).jpg"], ["x", "y", "y (1)"]) == ["x", "y (1)"]


def test_case_and_unicode_form_match_only_where_one_row_is_meant():
    assert match_ids(["isic_0000001.jpg", "cafe\u0301.jpg"], ["ISIC_0000001", "caf\u00e9"]) == [
        "ISIC_0000001",
        "caf\u00e9",
    ]
    assert match_ids(["AB.jpg", "ab.jpg"], ["Ab", "aB"]) == [None, None]
    assert match_ids(["AB.jpg", "ab.jpg"], ["AB", "ab"]) == ["AB", "ab"]


@pytest.mark.parametrize(
    "mask", ["a_superpixels.png", "a_Segmentation.png", "b/a_attribute_pigment_network.png", "a_mask.jpg"]
)
def test_masks_are_companions_and_match_nothing(mask):
    assert is_companion(mask)
    assert match_ids([mask], ["a", "a_superpixels"]) == [None]


@pytest.mark.parametrize("image", ["mask.jpg", "masked_1.jpg", "a_mask/1.jpg", "segmentation.png", "ISIC_0000001.jpg"])
def test_images_are_no_companions(image):
    assert not is_companion(image)


def test_similar_ids_name_each_other():
    assert similar_ids(["a", "A", "b", "a"]) == {"A": ("a",), "a": ("A",)}
    assert similar_ids(["1", "2", "10"]) == {}
